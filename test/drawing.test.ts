/** The drawing in a real browser: it loads without errors and fills the available width on phones and desktops. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { drawModel } from '../src/drawing/network.ts';
import { lenet5 } from '../src/tasks/lenet/lenet5.ts';

const executablePath = '/usr/bin/chromium';

describe.skipIf(!existsSync(executablePath))('in Chromium (skipped where it is not installed)', () => {
  test.each([390, 1280])('at a width of %i pixels', async (width) => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      const page = await browser.newPage({ viewport: { width, height: 600 } });
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.setContent(
        `<body style="margin:0">${drawModel(lenet5())}<style>svg{max-width:100%;height:auto}</style>`,
      );
      const svg = page.locator('svg');
      const box = (await svg.boundingBox())!;
      expect(box.width).toBeLessThanOrEqual(width);
      expect(box.width / box.height).toBeGreaterThan(2);
      // In the browser's layout captions do not overlap.
      const captions = await page
        .locator('text.caption')
        .evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().toJSON()));
      expect(captions).toHaveLength(8);
      for (const [i, { left }] of captions.entries()) if (i > 0) expect(left).toBeGreaterThan(captions[i - 1].right);
      const links = await page
        .locator('text.link')
        .evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().toJSON()));
      expect(links.length).toBeGreaterThan(1);
      for (const a of links)
        for (const b of links) if (a !== b && a.top === b.top && a.left < b.left) expect(a.right).toBeLessThan(b.left);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
