/** Placeholder: nobody leaves before atMost. */
export interface EliminationRule { readonly atLeast: number; readonly atMost: number; readonly resolve: number; readonly goal: 'maximize' | 'minimize'; readonly floor?: number }
export interface Departure { readonly round: number; readonly behind: number }
export interface EliminationState { readonly rounds: number; readonly left: readonly (Departure | undefined)[]; readonly in: readonly number[]; readonly worse: readonly (undefined)[]; readonly decided: boolean }
export function followRounds(scores: readonly (readonly number[])[], rule: EliminationRule): EliminationState {
  const rounds = Math.min(rule.atMost, ...scores.map((own) => own.length));
  return { rounds, left: scores.map(() => undefined), in: scores.map((_, i) => i), worse: scores.map(() => undefined), decided: scores.length < 2 || rounds >= rule.atMost };
}
