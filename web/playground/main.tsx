/** Starts the playground. */
import { render } from 'preact';
import { followTheme } from '../shared/theme.ts';
import '../shared/tokens.css';
import '../shared/base.css';
import './playground.css';
import { App } from './app.tsx';
import { openEye } from './state/eye.ts';
import { isolate } from './state/isolation.ts';
import { openLab } from './state/lab.ts';

followTheme();
render(<App />, document.getElementById('app')!);
await isolate();
openLab();
await openEye();
