/** A part of the page that scrolls by itself where it is too wide, also by keyboard. */
import type { ComponentChildren, Ref } from 'preact';

export interface ScrollProps {
  /** What it holds, for screen readers. */
  readonly label: string;
  readonly children: ComponentChildren;
  /** Default: `scroll`. */
  readonly class?: string;
  readonly element?: Ref<HTMLElement>;
}

export function Scroll({ label, children, class: name = 'scroll', element }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class={name} tabIndex={0} aria-label={label} ref={element ?? null}>
      {children}
    </section>
  );
}
