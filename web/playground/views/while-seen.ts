/** Values that pictures are made of, which wait while the pictures are out of sight and a network trains. */
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { useSeen } from '../../shared/seen.ts';
import { state } from '../state/known.ts';

/**
 * What `compute` gives, and follows the signals that it reads; while a network trains and `element` is out of sight, what it gave last.
 * Drawing takes time from the threads that train.
 */
export function useWhileSeen<Value>(element: RefObject<Element | null>, compute: () => Value): Value {
  const isSeen = useSeen(element);
  const last = useRef<{ readonly value: Value }>(undefined);
  if (last.current === undefined || isSeen || state.value !== 'training') last.current = { value: compute() };
  return last.current.value;
}
