/** The frame of the page: its title, the views, and what is used of others. */
import { useEffect } from 'preact/hooks';
import { ThemeChoice } from '../shared/theme-choice.tsx';
import { type ViewName, view, views } from './state/address.ts';
import { failure, isProven, loadedShare, state, threads } from './state/known.ts';
import { reopenLab } from './state/lab.ts';
import { CompareView } from './views/compare.tsx';
import { DrawView } from './views/draw.tsx';
import { TrainView } from './views/train.tsx';

const shown: Readonly<Record<ViewName, { readonly title: string; readonly View: () => preact.JSX.Element }>> = {
  train: { title: 'Train', View: TrainView },
  draw: { title: 'Draw a digit', View: DrawView },
  compare: { title: 'Compare two settings', View: CompareView },
};

/** Whether the page of `lenet ui` led here, which is one folder up. Another host has something else there. */
const isFromStudies = new URLSearchParams(location.search).get('from') === 'studies';

export function App() {
  const { title, View } = shown[view.value];
  useEffect(() => {
    document.title = `${title} – lenet-lab playground`;
  }, [title]);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header>
        <div class="top">
          <p class="name">
            <a href="#train">lenet-lab playground</a>
          </p>
          <nav aria-label="Views">
            {views.map((name) => (
              <a key={name} href={`#${name}`} aria-current={view.value === name ? 'page' : undefined}>
                {shown[name].title}
              </a>
            ))}
            <a href="./docs/index.html">Docs</a>
            {isFromStudies && <a href="../">Studies</a>}
          </nav>
          <ThemeChoice />
        </div>
        <Status />
      </header>
      <main id="main" tabIndex={-1}>
        <h1>{title}</h1>
        <View />
      </main>
      <footer>
        <p>
          The digits are <a href="http://yann.lecun.com/exdb/mnist/">MNIST</a> by Yann LeCun, Corinna Cortes and
          Christopher J.C. Burges, licensed <a href="https://creativecommons.org/licenses/by-sa/3.0/">CC BY-SA 3.0</a>.
          Everything is computed in this page; nothing is sent anywhere. <a href="./LICENSE.txt">Licence</a> ·{' '}
          <a href="./THIRD-PARTY.txt">Third-party notices</a>
        </p>
      </footer>
    </>
  );
}

function skip(): void {
  document.getElementById('main')?.focus();
}

/** What the lab is ready for, in a line; an error with what can be done about it. */
function Status() {
  if (state.value === 'broken') {
    return (
      <div class="status bad" role="alert">
        <p>
          The playground cannot start: {failure.value}.{' '}
          <button type="button" onClick={reopenLab}>
            Try again
          </button>
        </p>
      </div>
    );
  }
  if (state.value === 'loading' || threads.value === undefined) {
    const percent = Math.round(loadedShare.value * 100);
    return (
      <div class="status">
        <label>
          Loading 70,000 digits <progress max={100} value={percent} /> {percent} %
        </label>
      </div>
    );
  }
  return (
    <div class={failure.value ? 'status bad' : 'status'} role={failure.value ? 'alert' : undefined}>
      <p>{failure.value ?? ready()}</p>
    </div>
  );
}

function ready(): string {
  const count =
    threads.value === 1
      ? 'one thread: this page is not isolated, so threads cannot share memory'
      : `${threads.value} threads`;
  const proof =
    isProven.value === undefined
      ? 'not checked, since this page has no https'
      : isProven.value
        ? 'checked: MNIST, byte for byte'
        : 'damaged: they are not MNIST’s';
  return `Trains with ${count}. 70,000 digits, ${proof}.`;
}
