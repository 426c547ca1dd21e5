/**
 * Ask for the database before the app is there: on a slow phone the browser opens it while the page's scripts run.
 *
 * Nothing is read and nothing is made: a database that is not there stays so, a version is not asked for, and the
 * handle is let go at once (the browser keeps the files open for a moment). The store opens it in its own way.
 */
import { NAME } from "../store/name.ts";

try {
  const asked = indexedDB.open(NAME);
  asked.onupgradeneeded = () => asked.transaction?.abort();
  asked.onsuccess = () => asked.result.close();
  asked.onerror = (event) => event.preventDefault();
} catch {
  // No database here: the store says so.
}
