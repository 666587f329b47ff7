/** The frame of the page: its head with links, connection and theme, and the view that the address names. */
import { useEffect } from 'preact/hooks';
import { ThemeChoice } from '../shared/theme-choice.tsx';
import { address, linkTo } from './address.ts';
import { connection } from './data/stream.ts';
import { LazyView } from './parts/lazy.tsx';
import { DeadEnd, NotFound } from './parts/states.tsx';
import { pageViews } from './views.ts';

export function Page() {
  const [name = '', ...rest] = address.value.path;
  const view = pageViews.find((each) => each.name === name);
  useEffect(() => {
    document.title = `${view?.title ?? 'Not found'} – lenet-lab`;
  }, [view]);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="page-head">
        <a class="brand" href={linkTo()}>
          lenet-lab
        </a>
        <nav aria-label="Page">
          {pageViews
            .filter(({ inHead }) => inHead)
            .map((each) => (
              <a
                key={each.name}
                href={linkTo(...(each.name ? [each.name] : []))}
                aria-current={
                  each === view ? 'page' : each === pageViews[0] && view && !view.inHead ? 'true' : undefined
                }
              >
                {each.title}
              </a>
            ))}
          <a href="./playground/?from=studies">Playground</a>
          <a href="./playground/docs/index.html">Docs</a>
        </nav>
        <Connection />
        <ThemeChoice />
      </header>
      <main id="content" tabIndex={-1}>
        {connection.value === 'offline' && (
          <p class="banner" role="status">
            The server does not answer. The page keeps what it shows, and goes on by itself when the server is back.
          </p>
        )}
        {view ? (
          <LazyView key={view.name} load={view.load} props={{ rest }} />
        ) : (
          <DeadEnd title="Not found">
            <NotFound what="view" />
          </DeadEnd>
        )}
      </main>
    </>
  );
}

/** No link: the hash holds the address of the view. */
function skip(): void {
  document.getElementById('content')?.focus();
}

const connectionWords = { quiet: '', connecting: 'connecting…', live: 'live', offline: 'offline' } as const;

function Connection() {
  const state = connection.value;
  return (
    <span class={`connection ${state}`} role="status">
      {connectionWords[state]}
    </span>
  );
}
