/**
 * Protocol buffers by hand: the wire format of TensorBoard's records and of ONNX. Messages are written as lists of fields, and read as views into
 * the file, so that reading takes no memory for what the file only claims.
 * Source: protobuf.dev, "Encoding".
 */
import { WorldError } from '../base/errors.ts';

/** The bytes of one field: its key (number << 3 | wire type), then its value. */
export type FieldBytes = Uint8Array;

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** An integer: int32, int64, uint64, an enum, or a truth value as 0 or 1. @param value a safe integer; negative ones take ten bytes. */
export function integerField(field: number, value: number): FieldBytes {
  return Uint8Array.from([...base128(key(field, wire.varint)), ...base128(value)]);
}

export function doubleField(field: number, value: number): FieldBytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([Uint8Array.from(base128(key(field, wire.fixed64))), bytes]);
}

export function floatField(field: number, value: number): FieldBytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([Uint8Array.from(base128(key(field, wire.fixed32))), bytes]);
}

export function bytesField(field: number, value: Uint8Array): FieldBytes {
  return joined([Uint8Array.from([...base128(key(field, wire.bytes)), ...base128(value.length)]), value]);
}

/** A text in UTF-8. */
export function textField(field: number, value: string): FieldBytes {
  return bytesField(field, new TextEncoder().encode(value));
}

/** A message within a message. */
export function messageField(field: number, content: readonly FieldBytes[]): FieldBytes {
  return bytesField(field, joined(content));
}

/** The bytes of a message with these fields. */
export function joined(fields: readonly FieldBytes[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

function key(field: number, type: number): number {
  return field * 8 + type;
}

/** Groups of seven bits, the lowest first. Negative numbers are in two's complement of 64 bits. */
function base128(value: number): number[] {
  const bytes: number[] = [];
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    return [...bytes, Number(rest)];
  }
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** The most fields of one message. Each takes an object in memory, but may take only two bytes in a file. */
const mostFields = 2 ** 20;

type Value = { readonly type: number; readonly bytes: Uint8Array };

/**
 * A message that was read: its fields by number. Unknown fields are ignored. Nothing is copied, and an inner message is
 * read when it is asked for, so that the depth is the caller's.
 */
export class Message {
  readonly #fields = new Map<number, Value[]>();
  readonly #what: string;

  /** @param what names the file in errors. @throws WorldError where the bytes are no message. */
  constructor(bytes: Uint8Array, what: string) {
    this.#what = what;
    let count = 0;
    for (let at = 0; at < bytes.length; ) {
      const head = this.#varintEnd(bytes, at);
      const tag = BigInt.asUintN(64, varintValue(bytes.subarray(at, head)));
      const [field, type] = [Number(tag >> 3n), Number(tag & 7n)];
      if (field < 1 || field >= 2 ** 29) throw this.damaged(`a field has the number ${field}`);
      let [from, to] = [head, head];
      if (type === wire.varint) to = this.#varintEnd(bytes, head);
      else if (type === wire.fixed64) to = head + 8;
      else if (type === wire.fixed32) to = head + 4;
      else if (type === wire.bytes) {
        from = this.#varintEnd(bytes, head);
        const length = BigInt.asUintN(64, varintValue(bytes.subarray(head, from)));
        if (length > BigInt(bytes.length - from)) throw this.damaged(`a field of ${length} bytes is cut off`);
        to = from + Number(length);
      } else throw this.damaged(`a field has the wire type ${type}`);
      if (to > bytes.length) throw this.damaged('a number is cut off');
      if (++count > mostFields) throw this.damaged(`a part of it has more than ${mostFields} fields`);
      const values = this.#fields.get(field) ?? [];
      values.push({ type, bytes: bytes.subarray(from, to) });
      this.#fields.set(field, values);
      at = to;
    }
  }

  /** Whether the field is there. */
  has(field: number): boolean {
    return this.#fields.has(field);
  }

  /** Whether the field's last value is bytes: a text, a message, or a packed list. */
  isBytes(field: number): boolean {
    return this.#fields.get(field)?.at(-1)?.type === wire.bytes;
  }

  /** How many times the field is there. */
  count(field: number): number {
    return this.#fields.get(field)?.length ?? 0;
  }

  /** An integer (int32, int64, enum); undefined where the field is absent. @throws WorldError for one beyond 2^53. */
  integer(field: number): number | undefined {
    return this.integers(field).at(-1);
  }

  /** All integers of a repeated field, packed or not. */
  integers(field: number): number[] {
    return (this.#fields.get(field) ?? []).flatMap(({ type, bytes }) => {
      if (type === wire.varint) return [this.#safe(bytes)];
      if (type !== wire.bytes) throw this.#wrongType(field, 'integers');
      const values: number[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = this.#varintEnd(bytes, at);
        values.push(this.#safe(bytes.subarray(at, end)));
        at = end;
      }
      return values;
    });
  }

  /** A float (32 bits); undefined where the field is absent. */
  float(field: number): number | undefined {
    return this.floats(field).at(-1);
  }

  /** All floats (32 bits) of a repeated field, packed or not. */
  floats(field: number): Float32Array {
    const parts = (this.#fields.get(field) ?? []).map(({ type, bytes }) => {
      if ((type !== wire.fixed32 && type !== wire.bytes) || bytes.length % 4 !== 0) {
        throw this.#wrongType(field, 'floats');
      }
      return bytes;
    });
    const whole = joined(parts);
    const view = new DataView(whole.buffer);
    return Float32Array.from({ length: whole.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }

  /** A double (64 bits); undefined where the field is absent. */
  double(field: number): number | undefined {
    const last = this.#fields.get(field)?.at(-1);
    if (!last) return undefined;
    if (last.type !== wire.fixed64) throw this.#wrongType(field, 'a double');
    return new DataView(last.bytes.buffer, last.bytes.byteOffset, 8).getFloat64(0, true);
  }

  /** The bytes of a field, as a view; undefined where the field is absent. */
  bytes(field: number): Uint8Array | undefined {
    const last = this.#fields.get(field)?.at(-1);
    if (last && last.type !== wire.bytes) throw this.#wrongType(field, 'bytes');
    return last?.bytes;
  }

  /** A text; empty where the field is absent. */
  text(field: number): string {
    return this.texts(field).at(-1) ?? '';
  }

  /** All texts of a repeated field. @throws WorldError where one is not in UTF-8. */
  texts(field: number): string[] {
    return this.#parts(field, 'a text').map((bytes) => {
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch {
        throw this.damaged(`field ${field} is no text in UTF-8`);
      }
    });
  }

  /** An inner message; undefined where the field is absent. */
  message(field: number): Message | undefined {
    const last = this.bytes(field);
    return last && new Message(last, this.#what);
  }

  /** All messages of a repeated field. */
  messages(field: number): Message[] {
    return this.#parts(field, 'a message').map((bytes) => new Message(bytes, this.#what));
  }

  /** An error that names the file, of what it holds rather than of damage. */
  refused(why: string): WorldError {
    return new WorldError(`${this.#what}: ${why}`);
  }

  /** An error that names the file. */
  damaged(why: string): WorldError {
    return new WorldError(`${this.#what} is damaged: ${why}`);
  }

  #parts(field: number, wanted: string): Uint8Array[] {
    return (this.#fields.get(field) ?? []).map(({ type, bytes }) => {
      if (type !== wire.bytes) throw this.#wrongType(field, wanted);
      return bytes;
    });
  }

  #wrongType(field: number, wanted: string): WorldError {
    return this.damaged(`field ${field} does not hold ${wanted}`);
  }

  #varintEnd(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length && at < from + 10; at++) if (bytes[at]! < 128) return at + 1;
    throw this.damaged('a number is cut off or too long');
  }

  #safe(bytes: Uint8Array): number {
    const value = Number(BigInt.asIntN(64, varintValue(bytes)));
    if (!Number.isSafeInteger(value)) throw this.damaged(`the number ${value} is too large`);
    return value;
  }
}

function varintValue(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 7n) | BigInt(byte & 127), 0n);
}
