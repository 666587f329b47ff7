/** A user with a keyboard alone: walks through a page with the Tab key. */
import type { Page } from 'playwright-core';

/**
 * Presses Tab from the top of the page until its end.
 * @returns what such a user misses: elements that Tab does not reach, those on which no focus is seen, and those that
 * take all keys and do not say which.
 */
export async function keyboardFaults(page: Page): Promise<string[]> {
  const count = Number(await page.evaluate(listFocusable));
  // Once more than there are stops: after the last one the focus leaves the page.
  for (let press = 0; press <= count; press++) await page.keyboard.press('Tab');
  return page.evaluate(`window.focusFaults()`);
}

/** In the page: lists the stops, notes which of them get the focus and how that looks. @returns their number. */
const listFocusable = `(() => {
  document.activeElement?.blur();
  getSelection().setPosition(document.body, 0);
  scrollTo(0, 0);
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
  const stops = [...new Set([
    ...[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(
      (element) => element.tabIndex >= 0 && !element.disabled,
    ),
    ...document.querySelectorAll('[role=slider], [role=application]'),
  ])].filter(isSeen);
  const name = (element) =>
    element.tagName.toLowerCase() + ' "' + (element.getAttribute('aria-label') || element.textContent || element.name || element.className).trim().slice(0, 40) + '"';
  const reached = new Map();
  addEventListener('focusin', ({ target }) => {
    const { outlineStyle, outlineWidth, stroke } = getComputedStyle(target);
    const isOutlined = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    const { bottom, right, top, left } = target.getBoundingClientRect();
    const isInSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    reached.set(target, isInSight && (isOutlined || (target instanceof SVGElement && stroke !== 'none')));
  });
  const isDescribed = (element) =>
    element.getAttribute('aria-label') &&
    (element.getAttribute('aria-describedby') || '').split(' ').some((id) => document.getElementById(id)?.textContent.trim());
  window.focusFaults = () => [
    ...[...document.querySelectorAll('[role=application]')].filter((element) => !isDescribed(element)).map((element) => 'says no text or no keys: ' + name(element)),
    ...stops.filter((stop) => stop.isConnected && !reached.has(stop)).map((stop) => 'not reached: ' + name(stop)),
    ...[...reached].filter(([, isSeen]) => !isSeen).map(([stop]) => 'no focus is seen on ' + name(stop)),
  ];
  return stops.length;
})()`;
