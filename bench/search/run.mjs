// One run of a method on a table: answers its trainings, and counts them.
import { randomStream } from '../../dist/base/random.js';
import { rowOf } from './table.mjs';

export class Run {
  /** Trainings begun, and epochs trained. */
  trainings = 0;
  epochs = 0;

  /** @param budget of trainings. @param number of the run: the seed of everything that is random in it. */
  constructor(table, { number, budget }) {
    this.table = table;
    this.number = number;
    this.budget = budget;
  }

  /**
   * The loss after epoch `to` of a training that has `from` epochs already. In one run, the same setting and seed have
   * the same losses whatever the method.
   */
  train(settings, seed, { from = 0, to = this.table.epochs } = {}) {
    if (from === 0) this.trainings += 1;
    this.epochs += to - from;
    return this.lossOf(settings, seed, to);
  }

  lossOf(settings, seed, epoch) {
    return this.table.lossOf({ run: this.number, row: rowOf(settings, this.table.dimensions), seed, epoch });
  }

  /** The random numbers of one purpose of one method. */
  random(...purpose) {
    return randomStream(this.number, this.table.name, ...purpose);
  }
}
