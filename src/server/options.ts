/** What the page's server is told when it is made. */

export interface ServerOptions {
  /** The folder that is shown. */
  readonly folder: string;
  /** The built page; undefined: there is none. */
  readonly web: string | undefined;
  /** Whether studies may be started, stopped and continued from the page. */
  readonly control: boolean;
  /** Names under which the server is reached, beside localhost and its addresses. */
  readonly hosts?: readonly string[] | undefined;
  /** Without it nobody is answered. Default: none is asked for. */
  readonly token?: string | undefined;
  /** Whether names of hosts and places on the disk are left out. */
  readonly isPrivate?: boolean | undefined;
  /** Whether pictures of data sets that are not published are shown. */
  readonly pictures?: boolean | undefined;
  /** The program and first arguments of the command line `lenet`, for studies that are started here. */
  readonly command: readonly string[];
}
