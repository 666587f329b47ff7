/** Who is answered, and what nobody gets. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isLoopback, isOwnHost, isOwnOrigin } from './security/hosts.ts';
import { checkToken, randomToken } from './security/token.ts';
import { folderWith, freshFolder, ownHost, serverOf } from './server.testing.ts';

const folder = folderWith({ post: 'format-7/search', 'own run': 'format-5/run-cosine' });
const server = serverOf(folder);
afterAll(() => server.close());

describe('a request', () => {
  test.each([
    ['localhost:7998', 200],
    ['127.0.0.1', 200],
    ['[::1]:7998', 200],
    ['192.168.1.5:80', 200],
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['evil.example:7998', 403],
    ['127.0.0.1.evil.example', 403],
    ['', 403],
    ['localhost:7998, evil.example', 403],
    ['localhost@evil.example', 403],
  ])('to the host "%s" is answered with %i', async (host, status) => {
    expect((await server.get('/api/entries', { host })).status).toBe(status);
  });

  test('to a name that the user gave is answered', () => {
    expect(isOwnHost('Box.local:80', ['box.local'])).toBe(true);
    expect(isOwnHost('box.local.example', ['box.local'])).toBe(false);
  });

  test.each([
    ['of another site', { origin: 'http://evil.example' }, 403],
    ['of another port of this machine', { origin: 'http://localhost:1234' }, 403],
    ['without an origin', { origin: '' }, 403],
    ['of a sandboxed page', { origin: 'null' }, 403],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['as plain text, which needs no preflight', { 'content-type': 'text/plain' }, 415],
    ['that is too long', { 'content-length': '90000000' }, 413],
  ])('that would change something, %s, is refused', async (_, headers, status) => {
    const answer = await server.post('/api/control/validate', { text: 'name: x' }, headers);
    expect(answer.status).toBe(status);
  });

  test('of the page itself is carried out', async () => {
    expect((await server.post('/api/control/validate', { text: 'name: x' })).status).toBe(200);
    expect(isOwnOrigin(`http://${ownHost}`, ownHost)).toBe(true);
  });
});

describe('every answer', () => {
  test.each([
    '/',
    '/api/entries',
    '/api/nothing',
    '/api/studies/post',
    '/api/studies/post/events',
    '/api/runs/own%20run/files/config.json',
  ])('%s has a policy without foreign scripts, and isolates its page', async (address) => {
    const { headers, body } = await server.get(address);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*('unsafe-inline'|'unsafe-eval'|\*|http)/);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    await body?.cancel();
  });

  test('lets WebAssembly and workers of the page run', async () => {
    const policy = (await server.get('/')).headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'");
  });

  test('with a file of a study runs no scripts in it', async () => {
    const { headers, status } = await server.get('/api/runs/own%20run/files/config.json');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  });
});

describe('nothing outside the folder', () => {
  const outside = freshFolder();
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  mkdirSync(join(outside, 'study'));
  writeFileSync(join(outside, 'study', 'study.journal'), '');
  const inside = folderWith({ run: 'format-5/run-cosine' });
  symlinkSync(join(outside, 'secret.txt'), join(inside, 'run', 'link.txt'));
  symlinkSync(join(outside, 'study'), join(inside, 'linked-study'));
  symlinkSync(outside, join(inside, 'run', 'folder'));
  symlinkSync(inside, join(inside, 'loop'));
  const closed = serverOf(inside, { web: join(inside, 'run') });
  afterAll(() => closed.close());

  test.each([
    '/api/runs/run/files/..%2F..%2Fsecret.txt',
    '/api/runs/run/files/%2e%2e%2fconfig.json',
    '/api/runs/run/files/..',
    '/api/runs/run/files/link.txt',
    '/api/runs/run/files/folder%2Fsecret.txt',
    '/api/runs/run/files/folder',
    '/api/runs/run/files/%00',
    '/api/runs/run/files/..%5Cconfig.json',
    `/api/runs/${encodeURIComponent('../run')}`,
    '/api/runs/..~run',
    `/api/studies/${encodeURIComponent(outside)}`,
    '/api/studies/linked-study',
    '/link.txt',
    '/folder/secret.txt',
    '/%2e%2e%2f%2e%2e%2fetc/passwd.txt',
    '/..%2f..%2fetc%2fpasswd.txt',
  ])('is handed out at %s', async (address) => {
    const answer = await closed.get(address);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('secret\n');
  });

  test('is listed, and a link that leads in a circle ends', async () => {
    const { entries } = await closed.json<{ entries: { path: string }[] }>('/api/entries');
    expect(entries.map(({ path }) => path)).toEqual(['run']);
  });
});

describe('a server with a token', () => {
  const token = randomToken();
  const closed = serverOf(folder, { token });
  afterAll(() => closed.close());

  test('answers nobody without it', async () => {
    for (const address of ['/', '/api/entries', '/api/entries?token=wrong', `/api/entries?token=${token}x`]) {
      expect((await closed.get(address)).status).toBe(401);
    }
    expect((await closed.get('/api/entries', { authorization: `Bearer ${token}x` })).status).toBe(401);
    expect((await closed.get('/api/entries', { cookie: `lenet-ui=${token}` })).status).toBe(401);
    expect((await closed.post('/api/control/validate', { text: '' })).status).toBe(401);
  });

  test('tells a program so as data, and somebody with a browser as a page', async () => {
    const asked = await closed.get('/api/entries', { accept: '*/*' });
    expect(await asked.json()).toEqual({ problem: expect.stringContaining('needs its token') });
    const opened = await closed.get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(opened.status).toBe(401);
    expect(opened.headers.get('content-type')).toContain('text/html');
    expect(await opened.text()).toMatch(/<h1>A token is needed<\/h1>[\s\S]*needs its token/);
  });

  test('keeps it as a cookie that scripts cannot read, and takes it out of the address', async () => {
    const answer = await closed.get(`/studies/post?view=curves&token=${token}`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/studies/post?view=curves');
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(token);
    expect((await closed.get('/api/entries', { cookie: cookie.split(';')[0]! })).status).toBe(200);
  });

  test('answers a program that names it in a header', async () => {
    expect((await closed.get('/api/entries', { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  test('refuses one that could be guessed', () => {
    for (const weak of ['', 'abc', 'a b c d e f g h i j', 'ü'.repeat(20)])
      expect(() => checkToken(weak)).toThrow(/--token/);
    expect(checkToken('0123456789abcdef')).toBe('0123456789abcdef');
  });
});

test('only addresses of this machine itself need no token', () => {
  expect(['127.0.0.1', '127.1.2.3', 'localhost', '::1'].filter(isLoopback)).toHaveLength(4);
  expect(['0.0.0.0', '::', '192.168.0.1', 'box', '127.evil.example'].filter(isLoopback)).toEqual([]);
});

test('where control is not allowed, nothing is started, stopped or continued', async () => {
  const requests: readonly (readonly [string, unknown])[] = [
    ['/api/control/start', { study: 'post' }],
    ['/api/studies/post/pause', {}],
    ['/api/studies/post/resume', {}],
    ['/api/studies/post/stop', {}],
    ['/api/studies/post/seeds', { add: 1 }],
  ];
  for (const [address, body] of requests) expect((await server.post(address, body)).status).toBe(403);
});
