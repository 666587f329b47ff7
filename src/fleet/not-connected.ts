/** The end of a coordinator whose user stopped it before the database had answered: nothing was begun. */
import { WorldError } from '../base/errors.ts';

export class NotConnected extends WorldError {}
