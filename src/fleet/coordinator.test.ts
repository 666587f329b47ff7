import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CoordinatorAction,
  type CoordinatorMessage,
  type CoordinatorState,
  coordinate,
  emptyCoordinator,
} from './coordinator.ts';

const heard = (id: string, worker: string, digest = 'good') => ({ id, worker, digest });
const ordered = (key: string, isAudited = false): CoordinatorMessage => ({ type: 'ordered', key, isAudited });
const result = (key: string, id: string, worker: string, digest?: string): CoordinatorMessage => ({
  type: 'result',
  key,
  heard: heard(id, worker, digest),
});

function actionsOf(...messages: CoordinatorMessage[]): readonly CoordinatorAction[] {
  return coordinate(emptyCoordinator, messages).actions;
}

test('a training that is ordered is sent, and its first result ends it', () => {
  expect(actionsOf(ordered('k'), result('k', '1', 'a'))).toEqual([
    { type: 'send', key: 'k', kind: 'training' },
    { type: 'end', key: 'k', heard: heard('1', 'a') },
  ]);
});

test('an equal second result is counted as a check and ends nothing twice', () => {
  const { state, actions } = coordinate(emptyCoordinator, [ordered('k'), result('k', '1', 'a'), result('k', '2', 'b')]);
  expect(actions.filter(({ type }) => type === 'end')).toHaveLength(1);
  expect(state.checks).toBe(1);
});

test('the same delivery read twice is neither a check nor an end', () => {
  const { state, actions } = coordinate(emptyCoordinator, [ordered('k'), result('k', '1', 'a'), result('k', '1', 'a')]);
  expect(actions.filter(({ type }) => type === 'end')).toHaveLength(1);
  expect(state.checks).toBe(0);
});

test('unequal results stop everything, and both workers are named', () => {
  const actions = actionsOf(
    ordered('k'),
    ordered('other'),
    result('k', '1', 'a'),
    result('k', '2', 'b', 'bad'),
    result('other', '3', 'a'),
  );
  expect(actions).toContainEqual({ type: 'alarm', key: 'k', first: heard('1', 'a'), second: heard('2', 'b', 'bad') });
  expect(actions.filter(({ type }) => type === 'end')).toEqual([{ type: 'end', key: 'k', heard: heard('1', 'a') }]);
});

test('a result that came while no coordinator ran ends the training as soon as it is ordered again', () => {
  expect(actionsOf(result('k', '1', 'a'), ordered('k'))).toEqual([{ type: 'end', key: 'k', heard: heard('1', 'a') }]);
});

test('a lost training is sent again, one that has ended is not', () => {
  const lost: CoordinatorMessage = { type: 'lost', key: 'k' };
  expect(actionsOf(ordered('k'), lost).filter(({ type }) => type === 'send')).toHaveLength(2);
  expect(actionsOf(ordered('k'), result('k', '1', 'a'), lost).filter(({ type }) => type === 'send')).toHaveLength(1);
  expect(actionsOf(lost)).toEqual([]);
});

test('a straggler gets one copy, and the first result of both ends it', () => {
  const slow: CoordinatorMessage = { type: 'straggler', key: 'k' };
  expect(actionsOf(ordered('k'), slow, slow, result('k', '1', 'a'))).toEqual([
    { type: 'send', key: 'k', kind: 'training' },
    { type: 'send', key: 'k', kind: 'copy' },
    { type: 'end', key: 'k', heard: heard('1', 'a') },
  ]);
});

test('at most a tenth of the places work on copies, and at least one', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const stragglers = keys.map((key): CoordinatorMessage => ({ type: 'straggler', key }));
  const copiesWith = (slots: number) => {
    const came: CoordinatorMessage = { type: 'worker came', worker: 'w', slots };
    const actions = actionsOf(came, ...keys.map((key) => ordered(key)), ...stragglers);
    return actions.filter((action) => action.type === 'send' && action.kind === 'copy').length;
  };
  expect([1, 19, 20, 39, 100].map(copiesWith)).toEqual([1, 1, 2, 3, 5]);
  const gone: CoordinatorMessage = { type: 'worker left', worker: 'w' };
  const came: CoordinatorMessage = { type: 'worker came', worker: 'w', slots: 100 };
  const after = actionsOf(came, gone, ...keys.map((key) => ordered(key)), ...stragglers);
  expect(after.filter((action) => action.type === 'send' && action.kind === 'copy')).toHaveLength(1);
});

test('an audited training ends when a second result agrees, which another worker should make', () => {
  expect(actionsOf(ordered('k', true), result('k', '1', 'a'), result('k', '2', 'b'))).toEqual([
    { type: 'send', key: 'k', kind: 'training' },
    { type: 'send', key: 'k', kind: 'audit', notBy: 'a' },
    { type: 'end', key: 'k', heard: heard('1', 'a') },
  ]);
});

test('after withdrawal a result ends nothing, and is known when the training is ordered again', () => {
  const actions = actionsOf(ordered('k'), { type: 'withdrawn', key: 'k' }, result('k', '1', 'a'), ordered('k'));
  expect(actions.map(({ type }) => type)).toEqual(['send', 'end']);
});

const keys = ['a', 'b', 'c'];
const anyMessage: fc.Arbitrary<CoordinatorMessage> = fc.oneof(
  fc.record({ type: fc.constant('lost' as const), key: fc.constantFrom(...keys) }),
  fc.record({ type: fc.constant('straggler' as const), key: fc.constantFrom(...keys) }),
  fc.record({
    type: fc.constant('worker came' as const),
    worker: fc.constantFrom('v', 'w'),
    slots: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ type: fc.constant('worker left' as const), worker: fc.constantFrom('v', 'w') }),
  fc.record({
    type: fc.constant('result' as const),
    key: fc.constantFrom(...keys),
    heard: fc.record({
      id: fc.integer({ min: 0, max: 9 }).map(String),
      worker: fc.constantFrom('v', 'w'),
      digest: fc.constant('good'),
    }),
  }),
);

/** Sends messages in pieces, as they come from the database. */
function inPieces(messages: readonly CoordinatorMessage[], sizes: readonly number[]) {
  let state: CoordinatorState = emptyCoordinator;
  const actions: CoordinatorAction[] = [];
  for (let at = 0, piece = 0; at < messages.length; piece++) {
    const size = sizes[piece % sizes.length]!;
    const next = coordinate(state, messages.slice(at, at + size));
    state = next.state;
    actions.push(...next.actions);
    at += size;
  }
  return { state, actions };
}

const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

test('whatever comes in whatever order, however often: each order ends at most once, and with a result ends once', () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 60 }), pieces, fc.boolean(), (noise, sizes, isAudited) => {
      const orders = keys.map((key) => ordered(key, isAudited));
      const { state, actions } = inPieces([...orders, ...noise], sizes);
      for (const key of keys) {
        const ids = new Set(noise.flatMap((one) => (one.type === 'result' && one.key === key ? [one.heard.id] : [])));
        const ends = actions.filter((action) => action.type === 'end' && action.key === key);
        const enough = isAudited ? 2 : 1;
        expect(ends).toHaveLength(ids.size >= enough ? 1 : 0);
        expect(state.wanted.has(key)).toBe(ids.size < enough);
        const copies = actions.filter((one) => one.type === 'send' && one.key === key && one.kind === 'copy');
        expect(copies.length).toBeLessThanOrEqual(1);
      }
      const deliveries = new Set(noise.flatMap((one) => (one.type === 'result' ? [`${one.key}/${one.heard.id}`] : [])));
      const heardKeys = new Set(noise.flatMap((one) => (one.type === 'result' ? [one.key] : [])));
      expect(state.checks).toBe(deliveries.size - heardKeys.size);
      expect(actions.some(({ type }) => type === 'alarm')).toBe(false);
    }),
  );
});

test('whatever comes in whatever order: one wrong digest among results of a key raises one alarm', () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 40 }), pieces, fc.nat(), (noise, sizes, at) => {
      const good = result('a', 'good', 'v');
      const bad = result('a', 'bad', 'w', 'bad');
      const messages = [...keys.map((key) => ordered(key)), good, ...noise];
      messages.splice(3 + (at % (messages.length - 2)), 0, bad);
      const { state, actions } = inPieces(messages, sizes);
      expect(actions.filter(({ type }) => type === 'alarm')).toHaveLength(1);
      expect(state.isStopped).toBe(true);
      const alarm = actions.findIndex(({ type }) => type === 'alarm');
      expect(actions.slice(alarm).some(({ type }) => type === 'end')).toBe(false);
    }),
  );
});
