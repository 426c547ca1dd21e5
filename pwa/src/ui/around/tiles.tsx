/** The tiles of Home for what stands beside the diary. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { app } from "../app.ts";
import { Icon } from "../pieces/basic.tsx";
import { makeHash } from "../router.ts";
import { aroundWords } from "../words/around.ts";
import { TILES, type Tile, type Whose } from "./places.ts";

interface Offered {
  tile: Tile;
  count: number;
}

async function offeredTiles(whose: Whose): Promise<readonly Offered[]> {
  const found = await Promise.all(
    TILES.filter((one) => one.whose.includes(whose)).map(async (tile): Promise<Offered | null> => {
      if ((await tile.isOffered?.(app())) === false) return null;
      return { tile, count: (await tile.count?.(app())) ?? 0 };
    }),
  );
  return found.filter((one) => one !== null);
}

export function Tiles({ whose }: { whose: Whose }) {
  const w = aroundWords.value;
  const tiles = useSignal<readonly Offered[]>([]);
  useEffect(() => {
    void offeredTiles(whose).then((found) => {
      tiles.value = found;
    });
  }, [app().diary.changed.value, whose]);
  if (tiles.value.length === 0) return null;
  return (
    <>
      <h2>{w.around}</h2>
      <nav class="tiles around" aria-label={w.around}>
        {tiles.value.map(({ tile, count }) => (
          <a key={tile.place} class="tile" href={makeHash(tile.place)}>
            <Icon name={tile.icon} size="l" />
            <span>{w[tile.word]}</span>
            {count > 0 && <b class="small">{tile.isAlarm ? w.wrong(count) : w.waiting(count)}</b>}
          </a>
        ))}
      </nav>
    </>
  );
}
