/** A view whose code is loaded when it is first shown. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { connection } from '../data/stream.ts';
import { Failed, Loading } from './states.tsx';

export interface LazyViewProps<Props extends object> {
  readonly load: () => Promise<{ default: ComponentType<Props> }>;
  readonly props: Props;
}

export function LazyView<Props extends object>({ load, props }: LazyViewProps<Props>) {
  const [view, setView] = useState<{ readonly View: ComponentType<Props> }>();
  const [failed, setFailed] = useState(false);
  const start = () => {
    setFailed(false);
    load().then(
      ({ default: View }) => setView({ View }),
      () => setFailed(true),
    );
  };
  // Once; another view has another key.
  useEffect(start, []);
  // A page that was open during an update asks for files that are gone: only the new page names the new ones.
  // While there is no server, a reload would lose the page.
  const reload = () => void fetch('./').then(() => location.reload(), start);
  const isLive = connection.value === 'live';
  useEffect(() => {
    if (failed && isLive) reload();
  }, [isLive]);
  if (failed) return <Failed message="This part of the page could not be loaded." retry={reload} />;
  return view ? <view.View {...props} /> : <Loading />;
}
