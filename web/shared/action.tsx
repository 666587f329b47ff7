/** A button that can be out of order: it keeps the focus of the keyboard, and the reason is read out with its name. */
import type { ComponentChildren } from 'preact';

export interface ActionProps {
  readonly children: ComponentChildren;
  readonly type?: 'button' | 'submit';
  readonly class?: string | undefined;
  /** Whether it does nothing now. */
  readonly isBlocked?: boolean;
  /** The id of the element that says why. */
  readonly whyId?: string | undefined;
  /** A button of a form needs none. */
  readonly onClick?: (event: MouseEvent) => void;
}

export function Action({ children, type = 'button', class: name, isBlocked = false, whyId, onClick }: ActionProps) {
  return (
    <button
      type={type}
      class={name}
      aria-disabled={isBlocked || undefined}
      aria-describedby={whyId}
      onClick={(event) => {
        // The click of a submit button would send the form.
        if (isBlocked) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
