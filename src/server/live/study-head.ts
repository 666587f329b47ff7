/** The head of a study: all but its trials. */
import { studyTitle } from '../../report/terminal.ts';
import { directions } from '../../store/optuna.ts';
import type { ReplayedStudy } from '../../store/replay.ts';
import type { StudyRecord, WorkSession } from '../../store/store.ts';
import { isSeedRule, objectives, type StudyDefinition } from '../../study/definition.ts';
import type { TaskSettings } from '../../tasks/task.ts';
import type { Objective, SessionView, StudyHead } from '../protocol.ts';
import { optunaParameters, parametersOf } from './parameters.ts';

/** Where a study is found. */
export interface StudyPlace {
  readonly id: string;
  readonly path: string;
}

/** @param file the text of the study file. */
export function studyHead(
  record: StudyRecord,
  {
    place,
    settings,
    file,
  }: { readonly place: StudyPlace; readonly settings: TaskSettings; readonly file: string | null },
): StudyHead {
  const { definition, data, dataHash, sessions } = record;
  return {
    kind: 'study',
    ...place,
    name: definition.name,
    title: studyTitle(definition),
    plan: definition.plan.kind,
    protocol: definition.protocol ?? null,
    objective: objectiveOf(definition),
    data: data ? { name: data.name, hash: dataHash } : null,
    seeds: seedsView(definition.seeds),
    parameters: parametersOf(definition, settings),
    epochs: typeof definition.base.epochs === 'number' ? definition.base.epochs : null,
    sessions: sessions.map(sessionView),
    file,
  };
}

export function optunaHead(study: ReplayedStudy, place: StudyPlace): StudyHead {
  const { name, directions: wanted } = study;
  const goal = wanted[0] === directions.maximize ? 'maximize' : 'minimize';
  const more = wanted.length > 1 ? ` (the first of ${wanted.length} values)` : '';
  return {
    kind: 'optuna',
    ...place,
    name,
    title: `Study ${name} of another program, in Optuna's journal: ${goal}s its value${more}`,
    plan: 'optuna',
    protocol: null,
    objective: { kind: 'value', name: 'value', goal, unit: '', decimals: 4, isPercentage: false },
    data: null,
    seeds: null,
    parameters: optunaParameters(study),
    epochs: null,
    sessions: [],
    file: null,
  };
}

function objectiveOf({ objective: kind }: StudyDefinition): Objective {
  const { name, goal, unit, decimals, isPercentage } = objectives[kind];
  return { kind, name, goal, unit, decimals, isPercentage };
}

function seedsView(seeds: StudyDefinition['seeds']): StudyHead['seeds'] {
  return isSeedRule(seeds) ? { kind: 'rule', ...seeds } : { kind: 'list', seeds };
}

function sessionView({ started, seconds, environment }: WorkSession): SessionView {
  const { kernels = null, ...machine } = environment;
  return { started, seconds, ...machine, kernels };
}
