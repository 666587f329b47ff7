/** The page of `lenet ui`: starts to follow address and theme, and shows itself. */
import { render } from 'preact';
import '../shared/tokens.css';
import '../shared/base.css';
import './page.css';
import { followTheme } from '../shared/theme.ts';
import { followAddress } from './address.ts';
import { Page } from './page.tsx';

followTheme();
followAddress();
const root = document.getElementById('page')!;
root.replaceChildren();
render(<Page />, root);
