/**
 * Distillation: a network learns what its teachers say of the same images, as augmented. Source: Hinton, Vinyals, Dean,
 * "Distilling the knowledge in a neural network", 2015, section 2.
 */
import { checkOptions, checkRecord, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { checkValue, number, positive } from '../base/hyperparameter.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import { type Kernels, lanesOf, type Width } from '../engine/kernels.ts';
import { checkModel, givesDistances, type Model } from '../nn/model.ts';
import {
  allocateModel,
  checkFiniteTensors,
  checkParameters,
  type ModelAddresses,
  type Network,
  placeNetwork,
} from '../nn/network.ts';
import { type Pass, usingPass } from '../nn/pass.ts';

/** A trained network. */
export interface Teacher {
  /** For messages. */
  readonly name?: string | undefined;
  readonly model: Model;
  readonly weights: StateDict;
}

/**
 * From whom a network learns, and how. The gradient of a batch of B images by the logits z is
 * (1 - weight) · the loss's own + weight · temperature · (softmax(z / temperature) - q) / B, with q the mean over the
 * teachers of softmax(their logits / temperature): that of temperature² times the Kullback-Leibler divergence.
 */
export interface Distillation {
  /** One or more, of the network's input and number of classes. */
  readonly teachers: readonly Teacher[];
  /** By how much logits are divided, above 0. Default 2. */
  readonly temperature?: number | undefined;
  /** The share of the teachers, 0 to 1; the rest is the labels'. Default 1. */
  readonly weight?: number | undefined;
}

/** What distillation computes with. */
export interface DistillationNumbers {
  readonly temperature: number;
  readonly weight: number;
}

/** Divides the logits, above 0. */
export const temperatureRange = number(2, positive, 'Temperature');
/** The share of the teachers, 0 to 1. */
export const weightRange = number(1, { least: 0, most: 1 }, 'Share of the teachers');

/** A distillation that has been checked. */
export type CompleteDistillation = Required<Distillation> & DistillationNumbers;

/** What threads need to know of it beside the teachers' weights. */
export function numbersOf({ temperature, weight }: CompleteDistillation): DistillationNumbers {
  return { temperature, weight };
}

/** The numbers with their defaults. @throws UsageError for values out of range. */
export function completeNumbers({ temperature = 2, weight = 1 }: Partial<Distillation>): DistillationNumbers {
  checkValue('distill.temperature', temperatureRange, temperature);
  checkValue('distill.weight', weightRange, weight);
  return { temperature, weight };
}

/** The distillation with its defaults. @throws UsageError for values out of range, and for teachers that do not fit. */
export function completeDistillation(given: Distillation, student: Model): CompleteDistillation {
  checkOptions('distill', given, { teachers: true, temperature: true, weight: true });
  const { teachers } = given;
  const numbers = completeNumbers(given);
  if (!Array.isArray(teachers) || teachers.length === 0) {
    throw wrong('distill.teachers', 'a list of one or more { model, weights }', teachers);
  }
  if (givesDistances(student)) {
    throw new UsageError(`distill: the outputs of model ${student.name} are distances, not logits`);
  }
  for (const [i, teacher] of teachers.entries()) checkTeacher(`distill.teachers[${i}]`, teacher, student);
  return { teachers, ...numbers };
}

function checkTeacher(what: string, teacher: Teacher, student: Model): void {
  checkRecord(what, teacher, 'a teacher { model, weights }');
  const { model, weights, name = what } = teacher;
  checkModel(`${what}.model`, model);
  checkParameters(model, weights, `${what}.weights`);
  checkFiniteTensors(weights);
  if (model.classes !== student.classes) {
    throw new UsageError(
      `teacher ${name} knows ${model.classes} classes, model ${student.name} has ${student.classes}`,
    );
  }
  if (model.input.join() !== student.input.join()) {
    throw new UsageError(
      `teacher ${name} expects images [${model.input.join(', ')}], model ${student.name} [${student.input.join(', ')}]`,
    );
  }
}

/** A teacher in the engine's memory. */
export interface PlacedTeacher {
  readonly model: Model;
  readonly addresses: ModelAddresses;
}

/** Allocates the weights of the teachers, which all threads share. */
export function placeTeachers(arena: Arena, teachers: readonly Teacher[]): readonly PlacedTeacher[] {
  return teachers.map(({ model }) => ({ model, addresses: allocateModel(model, arena) }));
}

/** Lays out the networks of the teachers for one thread. */
export function placeTeacherNetworks(
  teachers: readonly PlacedTeacher[],
  site: { readonly kernels: Kernels; readonly arena: Arena; readonly width: Width; readonly packs: number },
): readonly Network[] {
  return teachers.map(({ model, addresses }) => placeNetwork(model, { ...site, addresses, training: false }));
}

/** The teachers of one thread. */
export class TeacherNetworks {
  readonly #networks: readonly Network[];
  readonly #numbers: DistillationNumbers;
  readonly #site: { readonly kernels: Kernels; readonly arena: Arena; readonly width: Width };
  #isPrepared = false;

  constructor(
    networks: readonly Network[],
    numbers: DistillationNumbers,
    site: { readonly kernels: Kernels; readonly arena: Arena; readonly width: Width },
  ) {
    this.#networks = networks;
    this.#numbers = numbers;
    this.#site = site;
  }

  /**
   * Changes the gradient of a student's logits from that of its loss to that of distillation, on the images that it has just
   * gone forward with.
   * @param scale of the gradient: 1 / images of the batch.
   */
  teach(student: Network, { images, packs }: Pick<Pass, 'images' | 'packs'>, scale: number): void {
    const { kernels, arena, width } = this.#site;
    const { temperature, weight } = this.#numbers;
    const lanes = lanesOf[width];
    const { value, gradient, shape } = student.logits;
    const classes = elementsOf(shape);
    const inputs = packs * elementsOf(student.input.shape) * lanes;
    const vectors = packs * classes;
    kernels.rescaleVectors({ x: gradient, y: gradient, vectors, scale: 1 - weight, offset: 0 });
    const share = weight * temperature * scale;
    const common = { gradient, count: images, classes, temperature };
    kernels.addSoftmax({ ...common, logits: value, scale: share });
    for (const teacher of this.#prepared()) {
      arena.f32(teacher.input.value, inputs).set(arena.f32(student.input.value, inputs));
      teacher.forward(usingPass(images, lanes));
      kernels.addSoftmax({ ...common, logits: teacher.logits.value, scale: -share / this.#networks.length });
    }
  }

  /** The weights of teachers never change, so they are prepared once, when they have been written. */
  #prepared(): readonly Network[] {
    if (!this.#isPrepared) for (const network of this.#networks) network.prepare(false);
    this.#isPrepared = true;
    return this.#networks;
  }
}
