/** What is shown where there is nothing to show: it loads, it failed, it is empty, it does not exist. */
import type { ComponentChildren } from 'preact';
import { linkTo } from '../address.ts';
import type { RequestError } from '../data/api.ts';
import type { Loaded } from '../data/loaded.ts';

export function Loading({ what = '' }: { readonly what?: string }) {
  return (
    <p class="loading" role="status">
      Loading{what && ` ${what}`}…
    </p>
  );
}

export function Failed({ message, retry }: { readonly message: string; readonly retry?: (() => void) | undefined }) {
  return (
    <div class="failure" role="alert">
      <p>{message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** The way out of a dead end. */
interface Back {
  readonly to: string;
  readonly text: string;
}
const toList: Back = { to: linkTo(), text: 'To the list of studies and runs' };

interface NotFoundProps {
  readonly what: string;
  readonly back?: Back;
}

export function NotFound({ what, back = toList }: NotFoundProps) {
  return (
    <Empty>
      <p>There is no such {what}. Its address may be mistyped, or it was renamed or removed.</p>
      <p>
        <a href={back.to}>{back.text}</a>
      </p>
    </Empty>
  );
}

/** What cannot be shown as things are, for instance since nothing is recorded: no failure, but it may be there later. */
function NotYet({ message, retry }: { readonly message: string; readonly retry: () => void }) {
  return (
    <Empty>
      <p role="status">{message}</p>
      <button type="button" onClick={retry}>
        Look again
      </button>
    </Empty>
  );
}

/** A page that cannot be shown, under a title as every page has one. */
export function DeadEnd({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <>
      <h1>{title}</h1>
      {children}
    </>
  );
}

/** A failure as the view that it hits shows it. */
export function Problem({
  error,
  what,
  retry,
}: {
  readonly error: RequestError;
  readonly what: string;
  readonly retry: () => void;
}) {
  if (error.status === 404) return <NotFound what={what} />;
  if (error.status === 409 || error.status === 425) return <NotYet message={error.message} retry={retry} />;
  if (error.status === 401)
    return <Failed message="This server asks for its token: open the address that lenet ui printed when it started." />;
  return <Failed message={error.message} retry={retry} />;
}

/** Shows what was loaded, or how far that is. */
export function Show<T>({
  loaded,
  what,
  children,
}: {
  readonly loaded: Loaded<T>;
  readonly what: string;
  readonly children: (value: T) => ComponentChildren;
}) {
  if (loaded.state === 'loading') return <Loading what={what} />;
  if (loaded.state === 'failed') return <Problem error={loaded.error} what={what} retry={loaded.retry} />;
  return <>{children(loaded.value)}</>;
}
