/** A question of a DNS query. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
}

const typeA = 1;
const headerLength = 12;

/** Reads the one question of a query. Undefined when it is not a plain query. */
export function parseQuestion(query: Buffer): DnsQuestion | undefined {
  if (query.length < headerLength + 5 || query.readUInt16BE(4) !== 1 || (query.readUInt8(2) & 0xf8) !== 0) {
    return undefined;
  }
  const labels: string[] = [];
  let at = headerLength;
  for (;;) {
    const length = query.readUInt8(at);
    if (length === 0) {
      break;
    }
    if (length > 63 || at + length + 5 > query.length) {
      return undefined;
    }
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1) };
}

/**
 * Answers a query from a table of names and IPv4 addresses: the address, no data for other types of a known name,
 * and "no such name" for all else. There is nobody to forward to. RFC 1035.
 */
export function answerQuery(query: Buffer, table: ReadonlyMap<string, string>): Buffer | undefined {
  const question = parseQuestion(query);
  if (!question) {
    return undefined;
  }
  const address = table.get(question.name);
  const records = address && question.type === typeA ? [addressRecord(address)] : [];
  const end = headerLength + question.name.length + 2 + 4;
  const header = Buffer.from(query.subarray(0, headerLength));
  const recursionDesired = query.readUInt8(2) & 0x01;
  header.writeUInt8(0x84 | recursionDesired, 2); // an answer, and an authoritative one
  header.writeUInt8(0x80 | (address ? 0 : 3), 3);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8); // no authority, and no extra records: EDNS is not echoed
  return Buffer.concat([header, query.subarray(headerLength, end), ...records]);
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | headerLength, 0); // the question's name
  record.writeUInt16BE(typeA, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(30, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}
