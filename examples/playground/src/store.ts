/**
 * Data that survives a reload but does not fit into the link, in IndexedDB: one value for each name. Without
 * IndexedDB, as in some private windows, nothing is stored.
 */

const DATABASE = "bptt-playground";
const STORE = "kept";

/** Returns the value of a name, or undefined if there is none. */
export async function recall<T>(name: string): Promise<T | undefined> {
  try {
    return (await request("readonly", (store) => store.get(name))) as T | undefined;
  } catch {
    return undefined;
  }
}

/** Stores a value under a name. Resolves to true if that succeeded. */
export async function keep(name: string, value: unknown): Promise<boolean> {
  try {
    await request("readwrite", (store) => store.put(value, name));
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a name for some content. It is the same for the same content, and is not secure against forgery.
 */
export function printOf(content: string | Uint8Array): string {
  // FNV-1a with two different offsets gives 64 bits, so that no two contents of one visitor share a name
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193) ^ (b >>> 15);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

let database: Promise<IDBDatabase> | undefined;

async function request<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  database ??= open();
  const transaction = (await database).transaction(STORE, mode);
  return settled(ask(transaction.objectStore(STORE)));
}

function open(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return settled(opening);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}
