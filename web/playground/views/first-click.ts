/** Buttons that become others when they are pressed, such as Start, which becomes Pause. */

/** Obeys the first click of a double click alone: the second would press what the button has become. */
export function firstClick(act: () => void): (event: MouseEvent) => void {
  return ({ detail }) => {
    if (detail < 2) act();
  };
}
