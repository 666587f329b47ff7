/**
 * The differences between operating systems in files, file names and processes. No other file of src/ asks for the
 * system's name.
 */

/** How a system is asked. Tests answer for another one. */
export interface SystemQuestions {
  /** The text of a file, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** What a program prints, or undefined where it cannot be run. */
  run(program: string, args: readonly string[]): string | undefined;
}

export interface Platform {
  /** Whether a folder can be opened and forced to disk, which makes a rename in it survive a power cut. */
  readonly syncsFolders: boolean;
  /** Whether a file's mode says who may read it. */
  readonly hasModes: boolean;
  /** Whether /proc names the boot, the PID namespace and the start time of a process. */
  readonly hasProc: boolean;
  /**
   * How long a refused rename or removal is retried (milliseconds). Windows refuses both while any program, often a
   * virus scanner, has the file open.
   */
  readonly retryMs: number;
  /**
   * Whether the processor has AVX2, and the system lets programs use it; undefined where the system does not tell.
   * Windows tells it to native code only.
   */
  hasAvx2(ask: SystemQuestions): boolean | undefined;
  /** The path as one word of a command line. */
  quote(path: string): string;
  /** Why the system cannot keep a file or folder under this path, or undefined where it can. */
  forbidden(path: string): string | undefined;
}

const plainWord = /^[\w./:@%+=,-]+$/;

const posix: Platform = {
  syncsFolders: true,
  hasModes: true,
  hasProc: false,
  retryMs: 0,
  hasAvx2: () => undefined,
  quote: (path) => (plainWord.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`),
  forbidden: (path) => (path.includes('\0') ? 'it contains a null character' : undefined),
};

// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
const deviceName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

const windows: Platform = {
  syncsFolders: false,
  hasModes: false,
  hasProc: false,
  retryMs: 1000,
  hasAvx2: () => undefined,
  // cmd and PowerShell both read double quotes, and no Windows file name contains one.
  quote: (path) => (/^[\w./\\:@+=,-]+$/.test(path) ? path : `"${path}"`),
  forbidden(path) {
    for (const part of path.replace(/^[a-z]:/i, '').split(/[\\/]/)) {
      if (deviceName.test(part)) return `Windows keeps the name "${part}" for a device`;
      const character = [...part].find((each) => '<>:"|?*'.includes(each) || each < ' ');
      if (character !== undefined) return `Windows names cannot contain ${JSON.stringify(character)}`;
      if (/[. ]$/.test(part) && part !== '.' && part !== '..')
        return 'Windows drops a dot or space at the end of a name';
    }
    return undefined;
  },
};

/**
 * The platform with this name, in the words of `process.platform`. Only Linux and Android have the /proc that we can
 * read.
 */
export function platformNamed(name: string): Platform {
  if (name === 'win32') return windows;
  if (name === 'darwin') return { ...posix, hasAvx2: avx2OfSysctl };
  return name === 'linux' || name === 'android' ? { ...posix, hasProc: true, hasAvx2: avx2OfProc } : posix;
}

function avx2OfProc({ read }: SystemQuestions): boolean | undefined {
  const flags = read('/proc/cpuinfo')?.match(/^flags\s*:(.*)$/m)?.[1];
  return flags === undefined ? undefined : /\bavx2\b/.test(flags);
}

function avx2OfSysctl({ run }: SystemQuestions): boolean | undefined {
  const features = run('/usr/sbin/sysctl', ['-n', 'machdep.cpu.leaf7_features']);
  return features === undefined ? undefined : /\bAVX2\b/.test(features);
}

/** The system that this process runs on. */
export const platform: Platform = platformNamed(process.platform);

const busyCodes = ['EPERM', 'EACCES', 'EBUSY'];

/**
 * Calls `act`, and repeats the call for `retryMs` while the system refuses it because another program has the file
 * open.
 * @throws the error of the last call.
 */
export function retryWhileBusy<T>(act: () => T, { retryMs }: Pick<Platform, 'retryMs'> = platform): T {
  const end = performance.now() + retryMs;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!busyCodes.includes(codeOf(error) ?? '') || performance.now() >= end) throw error;
      sleep(20);
    }
  }
}

/** The code of a failed system call, such as ENOENT; undefined for errors of other kinds. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The open files that a command needs, for messages: Node 20 opens most modules at once. */
export const neededFiles = 'about 110 (Node 24: 40)';

/** Blocks this thread. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
