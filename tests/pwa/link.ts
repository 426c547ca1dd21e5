/** The link between a phone and the real server, that loses, doubles, cuts, delays and replaces what it carries. */
import { connect } from "node:net";
import type { House } from "./house.ts";

export type Fault =
  | { kind: "request_lost" | "response_lost" | "doubled" | "portal" | "gateway" | "stalled" | "late" }
  | { kind: "request_cut" | "answer_cut"; at: number }
  | { kind: "status"; status: number; slug: string; headers?: { [name: string]: string } };

export interface Sent {
  path: string;
  method: string;
  /** The JSON of the request, where it has any. */
  data: unknown;
  bytes: number;
}
export interface Seen extends Sent {
  status: number | null;
  answer: unknown;
}

async function jsonOf(body: ArrayBuffer | string, encoding: string | null): Promise<unknown> {
  try {
    if (typeof body === "string") return JSON.parse(body);
    if (encoding !== "gzip") return null;
    const plain = new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(plain).text());
  } catch {
    return null;
  }
}

const lost = () => new TypeError("fetch failed");

export class Link {
  /** What befalls the next request; undefined for nothing. */
  fault: (sent: Sent) => Fault | undefined = () => undefined;
  /** Change a good answer on its way, as a proxy or a faulty server might. */
  change: (sent: Sent, answer: unknown) => unknown = (_sent, answer) => answer;
  seen: Seen[] = [];
  late: (() => Promise<void>)[] = [];
  readonly house: House;

  constructor(house: House) {
    this.house = house;
  }

  get heal(): () => void {
    return () => {
      this.fault = () => undefined;
      this.change = (_sent, answer) => answer;
    };
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const body = init.body as ArrayBuffer | string | undefined;
    const headers = new Headers(init.headers);
    const data = body === undefined ? null : await jsonOf(body, headers.get("Content-Encoding"));
    const bytes = body === undefined ? 0 : typeof body === "string" ? body.length : body.byteLength;
    const sent: Sent = { path: url, method: init.method ?? "GET", data, bytes };
    const fault = this.fault(sent);
    const note: Seen = { ...sent, status: null, answer: null };
    this.seen.push(note);
    const stop = init.signal;
    const ask = async () => {
      // A dead server's socket still takes connections, and nobody ever answers them.
      if (!(await this.house.ask({ do: "is_up" }))) throw lost();
      await this.house.tick();
      return this.watched(`http://127.0.0.1:${this.house.port}${url}`, init);
    };
    if (fault?.kind === "request_lost") throw lost();
    if (fault?.kind === "late") {
      this.late.push(async () => void (await (await ask()).arrayBuffer())); // the answer finds nobody
      throw lost();
    }
    if (fault?.kind === "stalled") {
      return new Promise((_done, fail) => stop?.addEventListener("abort", () => fail(lost())));
    }
    if (fault?.kind === "portal") {
      return new Response("<html>Wi-Fi</html>", { headers: { "Content-Type": "text/html" } });
    }
    if (fault?.kind === "gateway") return new Response("<html>502</html>", { status: 502 });
    if (fault?.kind === "status") {
      const problem = { type: `/problems/${fault.slug}`, title: "", status: fault.status };
      const type = { "Content-Type": "application/problem+json" };
      return new Response(JSON.stringify(problem), {
        status: fault.status,
        headers: { ...type, ...fault.headers },
      });
    }
    if (fault?.kind === "request_cut") return this.cut(url, init, headers, body, fault.at);
    if (fault?.kind === "doubled") await (await ask()).arrayBuffer();
    const answer = await ask();
    const whole = await answer.arrayBuffer();
    note.status = answer.status;
    if (fault?.kind === "response_lost") throw lost();
    return this.passOn(note, answer, fault?.kind === "answer_cut" ? whole.slice(0, fault.at) : whole);
  };

  /** Fetch, and give up where the server dies meanwhile of another request: fetch alone waits five minutes. */
  private async watched(url: string, init: RequestInit): Promise<Response> {
    const gone = new AbortController();
    const look = setInterval(async () => {
      if (!(await this.house.ask({ do: "is_up" }))) gone.abort();
    }, 500);
    try {
      return await fetch(url, { ...init, signal: gone.signal });
    } catch (error) {
      throw gone.signal.aborted ? lost() : error;
    } finally {
      clearInterval(look);
    }
  }

  private passOn(note: Seen, answer: Response, whole: ArrayBuffer): Response {
    const { status } = answer;
    const headers = new Headers(answer.headers);
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    if (status === 204 || status === 304 || note.method === "HEAD") {
      return new Response(null, { status, headers });
    }
    if (!/json/.test(headers.get("Content-Type") ?? "")) return new Response(whole, { status, headers });
    const text = new TextDecoder().decode(whole);
    try {
      note.answer = this.change(note, JSON.parse(text));
    } catch {
      return new Response(text, { status, headers });
    }
    return new Response(JSON.stringify(note.answer), { status, headers });
  }

  /** Send the head and the first bytes of the body, then hang up. */
  private async cut(
    url: string,
    init: RequestInit,
    headers: Headers,
    body: ArrayBuffer | string | undefined,
    at: number,
  ): Promise<Response> {
    if (!(await this.house.ask({ do: "is_up" }))) throw lost();
    await this.house.tick();
    const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body ?? new ArrayBuffer(0));
    const lines = [`${init.method ?? "GET"} ${url} HTTP/1.1`, "Host: 127.0.0.1"];
    headers.forEach((value, name) => {
      lines.push(`${name}: ${value}`);
    });
    lines.push(`Content-Length: ${bytes.length}`, "Connection: close", "", "");
    const socket = connect({ port: this.house.port, host: "127.0.0.1", allowHalfOpen: true });
    const closed = new Promise<void>((done) => {
      socket.once("end", done);
      socket.once("error", () => done());
    });
    socket.resume();
    socket.write(lines.join("\r\n"));
    socket.end(bytes.subarray(0, at));
    await closed;
    socket.destroy();
    throw lost();
  }

  /** Let what was delayed reach the server now; nobody hears the answer. */
  async deliverLate(): Promise<void> {
    for (const one of this.late.splice(0)) await one().catch(() => undefined);
  }
}
