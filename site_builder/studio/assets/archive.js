// Sends an X archive to the studio: of a zip only the files that the program reads, found in the zip's own list.

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, ENTRY = 0x02014b50;
const NONE16 = 0xffff, NONE32 = 0xffffffff;

const readAt = async (file, from, to) => new DataView(await file.slice(from, to).arrayBuffer());

/** Where the list of a zip lies, and how many entries it has; null where that is no zip we understand. */
const findList = async (file) => {
  const tailAt = Math.max(0, file.size - 65557);
  const tail = await readAt(file, tailAt, file.size);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at -= 1;
  if (at < 0) return null;
  const list = { size: tail.getUint32(at + 12, true), from: tail.getUint32(at + 16, true) };
  const isLong = list.size === NONE32 || list.from === NONE32 || tail.getUint16(at + 10, true) === NONE16;
  if (!isLong) return list;
  if (at < 20 || tail.getUint32(at - 20, true) !== LOCATOR64) return null;
  const endAt = Number(tail.getBigUint64(at - 12, true));
  const end = await readAt(file, endAt, endAt + 56);
  if (end.byteLength < 56 || end.getUint32(0, true) !== END64) return null;
  return { size: Number(end.getBigUint64(40, true)), from: Number(end.getBigUint64(48, true)) };
};

/** Where in an entry of the list its file's place is written: [position, bytes]. */
const findPlace = (list, at) => {
  if (list.getUint32(at + 42, true) !== NONE32) return [at + 42, 4];
  let extra = at + 46 + list.getUint16(at + 28, true);
  const end = extra + list.getUint16(at + 30, true);
  while (extra + 4 <= end) {
    const size = list.getUint16(extra + 2, true);
    if (list.getUint16(extra, true) === 1) {
      const before = (list.getUint32(at + 24, true) === NONE32 ? 8 : 0) + (list.getUint32(at + 20, true) === NONE32 ? 8 : 0);
      return before + 8 <= size ? [extra + 4 + before, 8] : null;
    }
    extra += 4 + size;
  }
  return null;
};

const readEntries = (list) => {
  const names = new TextDecoder();
  const entries = [];
  for (let at = 0; at + 46 <= list.byteLength && list.getUint32(at, true) === ENTRY; ) {
    const length = list.getUint16(at + 28, true);
    const size = 46 + length + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
    const place = findPlace(list, at);
    if (!place || at + size > list.byteLength) return null;
    const from = place[1] === 8 ? Number(list.getBigUint64(place[0], true)) : list.getUint32(place[0], true);
    const name = names.decode(new Uint8Array(list.buffer, list.byteOffset + at + 46, length)).replaceAll("\\", "/");
    entries.push({ name, at, size, place, from });
    at += size;
  }
  return entries;
};

const makeEnd = (count, size, from) => {
  const end = new DataView(new ArrayBuffer(98));
  end.setUint32(0, END64, true);
  end.setBigUint64(4, 44n, true);
  end.setUint16(12, 45, true);
  end.setUint16(14, 45, true);
  end.setBigUint64(24, BigInt(count), true);
  end.setBigUint64(32, BigInt(count), true);
  end.setBigUint64(40, BigInt(size), true);
  end.setBigUint64(48, BigInt(from), true);
  end.setUint32(56, LOCATOR64, true);
  end.setBigUint64(64, BigInt(from + size), true);
  end.setUint32(72, 1, true);
  end.setUint32(76, END, true);
  end.setUint16(84, NONE16, true);
  end.setUint16(86, NONE16, true);
  end.setUint32(88, NONE32, true);
  end.setUint32(92, NONE32, true);
  return end;
};

/** A zip of those files alone whose names `wanted` tells; the file itself where that cannot be made. */
export const keepWanted = async (file, wanted) => {
  const pattern = new RegExp(`^(?:[^/]+/){0,8}?(?:data/)?(?:${wanted})$`);
  try {
    const place = await findList(file);
    if (!place || place.size > 64_000_000) return file;
    const list = await readAt(file, place.from, place.from + place.size);
    const entries = readEntries(list);
    if (!entries?.some(({ name }) => pattern.test(name))) return file;
    const starts = [...entries.map(({ from }) => from), place.from].sort((one, other) => one - other);
    const next = new Map(starts.map((start, index) => [start, starts.slice(index + 1).find((other) => other > start)]));
    const pieces = [];
    const kept = [];
    let written = 0;
    for (const entry of entries.filter(({ name }) => pattern.test(name))) {
      const to = next.get(entry.from);
      if (to === undefined) return file;
      pieces.push(file.slice(entry.from, to));
      const [at, bytes] = entry.place;
      if (bytes === 8) list.setBigUint64(at, BigInt(written), true);
      else list.setUint32(at, written, true);
      kept.push(new Uint8Array(list.buffer, list.byteOffset + entry.at, entry.size));
      written += to - entry.from;
    }
    const size = kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return new Blob([...pieces, ...kept, makeEnd(kept.length, size, written)]);
  } catch {
    return file; // whatever is odd about it is told by who reads it
  }
};

/** Sends a file as the body of a request. `tell(fraction)`; `signal` ends it. Resolves to what the studio answers. */
export const send = (address, body, { tell, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => tell(total ? loaded / total : null);
    request.onload = () => resolve({ ok: request.status < 400, status: request.status, answer: request.response ?? {} });
    request.onerror = () => reject(new Error("lost"));
    request.onabort = () => reject(new Error("cancelled"));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
