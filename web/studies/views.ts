/** The views of the page. To add one, write its file in views/ and add a line here. */
import type { ComponentType } from 'preact';
import type { LiveState, StudyHead } from '../../src/server/protocol.ts';
import type { LiveStudy, StudyData } from './data/study.ts';

/** What a view of a study gets. */
export interface StudyViewProps {
  readonly study: LiveStudy;
  readonly data: StudyData;
  /** The rest of the address behind the view's name. */
  readonly rest: readonly string[];
}

export interface StudyView {
  /** Its name in addresses: `#/study/ID/curves`; the first view has an empty name. */
  readonly name: string;
  readonly title: string;
  /** Whether the filter of trials holds here, so that its bar is shown. */
  readonly filters: boolean;
  /** The name of the view whose tab is marked, where it has none of its own. */
  readonly under?: string;
  /** Whether it has a tab; default true. */
  readonly inTabs?: (head: StudyHead, state: LiveState) => boolean;
  load(): Promise<{ default: ComponentType<StudyViewProps> }>;
}

export const studyViews: readonly StudyView[] = [
  { name: '', title: 'Overview', filters: false, load: () => import('./views/overview.tsx') },
  { name: 'curves', title: 'Curves', filters: true, load: () => import('./views/curves.tsx') },
  { name: 'settings', title: 'Settings', filters: true, load: () => import('./views/settings.tsx') },
  { name: 'trials', title: 'Trials', filters: true, load: () => import('./views/trials.tsx') },
  {
    name: 'compare',
    title: 'Compare',
    filters: false,
    inTabs: ({ kind }) => kind === 'study',
    load: () => import('./views/compare.tsx'),
  },
  {
    name: 'fleet',
    title: 'Fleet',
    filters: false,
    inTabs: (_, { fleet }) => fleet,
    load: () => import('./views/fleet.tsx'),
  },
  {
    name: 'trial',
    title: 'Trial',
    filters: false,
    under: 'trials',
    inTabs: () => false,
    load: () => import('./views/trial.tsx'),
  },
  { name: 'about', title: 'Environment', filters: false, load: () => import('./views/about.tsx') },
];

/** What a view of the whole page gets: the rest of its address. */
export interface PageViewProps {
  readonly rest: readonly string[];
}

export interface PageView {
  /** Its name in addresses: `#/start`; the first view has an empty name. */
  readonly name: string;
  readonly title: string;
  /** Whether the head of the page links to it. */
  readonly inHead: boolean;
  load(): Promise<{ default: ComponentType<PageViewProps> }>;
}

export const pageViews: readonly PageView[] = [
  { name: '', title: 'Studies', inHead: true, load: () => import('./views/entries.tsx') },
  { name: 'start', title: 'Start a study', inHead: true, load: () => import('./views/start.tsx') },
  { name: 'study', title: 'Study', inHead: false, load: () => import('./views/study.tsx') },
  { name: 'run', title: 'Run', inHead: false, load: () => import('./views/run.tsx') },
];
