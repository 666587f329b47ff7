/** Paths, renames and processes on other operating systems, simulated by a `Platform`. */
import { expect, test } from 'vitest';
import { platformNamed, retryWhileBusy } from './platform.ts';

const failing = (code: string, times: number) => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw Object.assign(new Error(code), { code });
    return calls;
  };
};

test('a rename that is refused while another program reads the file is retried on Windows only', () => {
  expect(retryWhileBusy(failing('EPERM', 3), platformNamed('win32'))).toBe(4);
  expect(retryWhileBusy(failing('EBUSY', 1), platformNamed('win32'))).toBe(2);
  expect(() => retryWhileBusy(failing('EPERM', 1), platformNamed('linux'))).toThrow('EPERM');
  expect(() => retryWhileBusy(failing('ENOENT', 1), platformNamed('win32'))).toThrow('ENOENT');
  // The retries end.
  expect(() => retryWhileBusy(failing('EACCES', 1e9), { retryMs: 50 })).toThrow('EACCES');
});

test('only Linux has /proc, and only Windows does not force folders to disk', () => {
  const facts = ['linux', 'darwin', 'freebsd', 'win32'].map((name) => {
    const { hasProc, syncsFolders } = platformNamed(name);
    return [name, hasProc, syncsFolders];
  });
  expect(facts).toEqual([
    ['linux', true, true],
    ['darwin', false, true],
    ['freebsd', false, true],
    ['win32', false, false],
  ]);
});

test.each([
  ['linux', 'runs/mine', 'runs/mine'],
  ['linux', "runs/it's mine", "'runs/it'\\''s mine'"],
  ['darwin', 'runs/a b', "'runs/a b'"],
  ['win32', 'C:\\runs\\mine', 'C:\\runs\\mine'],
  ['win32', 'C:\\my runs\\%x', '"C:\\my runs\\%x"'],
])('on %s a command takes %s as %s', (name, path, quoted) => {
  expect(platformNamed(name).quote(path)).toBe(quoted);
});

test.each([
  ['runs\\con', 'Windows keeps the name "con" for a device'],
  ['runs/aux.txt/x', 'Windows keeps the name "aux.txt" for a device'],
  ['runs/a:b', 'Windows names cannot contain ":"'],
  ['C:\\runs\\what?', 'Windows names cannot contain "?"'],
  ['runs/mine.', 'Windows drops a dot or space at the end of a name'],
])('Windows cannot keep %s', (path, why) => {
  expect(platformNamed('win32').forbidden(path)).toBe(why);
  expect(platformNamed('linux').forbidden(path)).toBeUndefined();
});

test.each(['C:\\runs\\mine', '..\\runs\\.\\mine', 'runs/console', 'runs/2026-01-02T03-04-05-lenet5'])(
  'Windows keeps %s',
  (path) => {
    expect(platformNamed('win32').forbidden(path)).toBeUndefined();
  },
);
