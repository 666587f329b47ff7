/** What every route works with. */
import type { Children } from './control/children.ts';
import type { Library } from './library.ts';
import type { ServerOptions } from './options.ts';
import type { Privacy } from './privacy.ts';

export interface ServerContext {
  readonly options: ServerOptions;
  readonly library: Library;
  readonly children: Children;
  readonly privacy: Privacy;
}
