import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Of } from '../disk/sha256.ts';
import { canonicalJson } from './canonical-json.ts';
import { requireSameEngine } from './engine.ts';
import { pretendAssignment } from './fleet.testing.ts';
import { namesOf, parseAssignment, parseJob } from './work-order.ts';

test('canonical JSON sorts the keys of every object and leaves out what is undefined', () => {
  const written = canonicalJson({ b: [1, { y: null, x: 'é' }], a: undefined, A: 1e-7 });
  expect(written).toBe('{"A":1e-7,"b":[1,{"x":"é","y":null}]}');
});

test('canonical JSON does not depend on the order in which an object was made', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, new Map(), undefined])(
  'canonical JSON refuses %s',
  (value) => {
    expect(() => canonicalJson([value])).toThrow('canonical JSON cannot hold');
  },
);

// `printf %s abc | sha256sum`
test('SHA-256 is that of coreutils', () => {
  expect(sha256Of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

const order = { configuration: { batchSize: 32 }, seed: 1, until: null };

test('the key of an order changes with everything that determines the training, and with nothing else', () => {
  const { key, run } = namesOf(pretendAssignment, order);
  const others = [
    namesOf(pretendAssignment, { ...order, seed: 2 }),
    namesOf(pretendAssignment, { ...order, configuration: { batchSize: 64 } }),
    namesOf({ ...pretendAssignment, data: { hash: 'other', blob: null } }, order),
    namesOf({ ...pretendAssignment, evaluateTrain: false }, order),
  ];
  expect(new Set([run, ...others.map((names) => names.run)]).size).toBe(5);
  expect(new Set([key, ...others.map((names) => names.key)]).size).toBe(5);
  expect(namesOf(pretendAssignment, { until: null, seed: 1, configuration: { batchSize: 32 } })).toEqual({ key, run });
});

test('the legs of one training between its pauses have different keys and one run', () => {
  const [first, second, whole] = [1, 3, null].map((until) => namesOf(pretendAssignment, { ...order, until }));
  expect(new Set([first!.run, second!.run, whole!.run]).size).toBe(1);
  expect(new Set([first!.key, second!.key, whole!.key]).size).toBe(3);
});

test('orders and assignments from elsewhere are checked', () => {
  expect(parseAssignment(JSON.parse(JSON.stringify(pretendAssignment)))).toEqual(pretendAssignment);
  expect(() => parseAssignment({ ...pretendAssignment, format: 2 })).toThrow();
  expect(() => parseAssignment({ ...pretendAssignment, more: 1 })).toThrow();
  const key = sha256Of('key');
  const study = '2f9b1c7e-3f43-4d0e-9c39-3e2c2c8a4b10';
  const job = { study, key, run: key, kind: 'training', notBy: null, ...order };
  expect(parseJob(job)).toEqual(job);
  expect(parseJob({ ...job, key: 'x' })).toBeUndefined();
  expect(parseJob({ ...job, configuration: { a: [1] } })).toBeUndefined();
});

test('a machine with another engine is told each difference', () => {
  const { engine } = pretendAssignment;
  expect(() => requireSameEngine(engine, engine, 'this machine')).not.toThrow();
  expect(() => requireSameEngine({ ...engine, version: '9.9.9', recordFormat: '3' }, engine, 'this machine')).toThrow(
    `this machine cannot work on the study: version 9.9.9, the study needs ${engine.version}; record format 3, the study needs 2`,
  );
});
