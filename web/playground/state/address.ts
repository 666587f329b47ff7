/** The views and their addresses, which are the part behind # so that any host can serve them. */
import { signal } from '@preact/signals';

export const views = ['train', 'draw', 'compare'] as const;
export type ViewName = (typeof views)[number];

function viewOf(hash: string): ViewName {
  return views.find((name) => hash === `#${name}`) ?? 'train';
}

export const view = signal<ViewName>(viewOf(location.hash));

addEventListener('hashchange', () => {
  view.value = viewOf(location.hash);
});
