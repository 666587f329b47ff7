/**
 * Losses of logits z and their gradients. Logits are packs [pack][classes][lanes]; labels are one byte for each image.
 */
import { lanes, loadVector, storeVector, vectorBytes, vectorShift } from './vector';

/** The class of one image with the largest logit; of equal logits the first. */
// @ts-ignore: decorator
@inline
function firstLargest(z: usize, classes: i32): i32 {
  let top = load<f32>(z);
  let best = 0;
  for (let c = 1; c < classes; c++) {
    const v = load<f32>(z + (<usize>c << vectorShift));
    if (v > top) {
      top = v;
      best = c;
    }
  }
  return best;
}

/**
 * The cross-entropy: -log(exp(z_label) / (exp(backgroundLogit) + sum over c of exp(z_c))).
 * backgroundLogit: the logit of a class that no image has (-j in LeCun et al. 1998, equation 9); -infinity for none.
 * gradient (0: not wanted): packs like logits, receives (softmax - target)·scale. Lanes without an image receive 0.
 * The target is (1 - smoothing)·onehot + smoothing / classes.
 * classWeights (0: all are 1): a float for each class, by which its share of the target is multiplied; the gradient is then
 * (softmax · sum of the target - target)·scale. The losses are those without smoothing and without weights.
 * losses: receives `count` f64. predicted: receives `count` bytes, the class with the first maximum.
 */
export function softmaxCrossEntropy(
  logits: usize,
  labels: usize,
  count: i32,
  classes: i32,
  scale: f32,
  gradient: usize,
  losses: usize,
  predicted: usize,
  backgroundLogit: f32,
  smoothing: f32,
  classWeights: usize,
): void {
  const pack = <usize>classes << vectorShift;
  const others: f32 = smoothing / <f32>classes;
  const own: f32 = 1 - smoothing + others;
  let allWeights: f32 = 0;
  if (classWeights) for (let c = 0; c < classes; c++) allWeights += load<f32>(classWeights + (<usize>c << 2));
  if (gradient) memory.fill(gradient, 0, pack * <usize>((count + lanes - 1) / lanes));
  for (let n = 0; n < count; n++) {
    const at = <usize>(n / lanes) * pack + (<usize>(n % lanes) << 2);
    const z = logits + at;
    const label = <i32>load<u8>(labels + <usize>n);
    const best = firstLargest(z, classes);
    const top = max(load<f32>(z + (<usize>best << vectorShift)), backgroundLogit);
    let sum: f32 = 0;
    for (let c = 0; c < classes; c++) sum += Mathf.exp(load<f32>(z + (<usize>c << vectorShift)) - top);
    sum += Mathf.exp(backgroundLogit - top);
    const right = load<f32>(z + (<usize>label << vectorShift));
    store<f64>(losses + ((<usize>n) << 3), Math.log(<f64>sum) - <f64>(right - top));
    store<u8>(predicted + <usize>n, <u8>best);
    if (gradient) {
      const g = gradient + at;
      let total: f32 = 1;
      if (classWeights) total = (1 - smoothing) * load<f32>(classWeights + (<usize>label << 2)) + others * allWeights;
      for (let c = 0; c < classes; c++) {
        const p: f32 = Mathf.exp(load<f32>(z + (<usize>c << vectorShift)) - top) / sum;
        let target: f32 = c == label ? own : others;
        if (classWeights) target *= load<f32>(classWeights + (<usize>c << 2));
        store<f32>(g + (<usize>c << vectorShift), (p * total - target) * scale);
      }
    }
  }
}

/**
 * The loss -z_label: if z are negative distances, the loss is the distance from the label's code. The arguments are
 * those of softmaxCrossEntropy.
 */
export function rightLogitLoss(
  logits: usize,
  labels: usize,
  count: i32,
  classes: i32,
  scale: f32,
  gradient: usize,
  losses: usize,
  predicted: usize,
): void {
  const pack = <usize>classes << vectorShift;
  if (gradient) memory.fill(gradient, 0, pack * <usize>((count + lanes - 1) / lanes));
  for (let n = 0; n < count; n++) {
    const at = <usize>(n / lanes) * pack + (<usize>(n % lanes) << 2);
    const z = logits + at;
    const label = <usize>load<u8>(labels + <usize>n) << vectorShift;
    store<f64>(losses + ((<usize>n) << 3), -(<f64>load<f32>(z + label)));
    store<u8>(predicted + <usize>n, <u8>firstLargest(z, classes));
    if (gradient) store<f32>(gradient + at + label, -scale);
  }
}

/**
 * Adds 1 at each image's label: the gradient p - onehot (softmaxCrossEntropy at scale 1) becomes the probabilities p.
 * Lanes without an image stay 0.
 */
export function softmaxOfGradient(gradient: usize, labels: usize, count: i32, classes: i32): void {
  const pack = <usize>classes << vectorShift;
  for (let n = 0; n < count; n++) {
    const label = <usize>load<u8>(labels + <usize>n) << vectorShift;
    const at = gradient + <usize>(n / lanes) * pack + (<usize>(n % lanes) << 2) + label;
    store<f32>(at, load<f32>(at) + 1);
  }
}

/** h = p (1 - p), the diagonal of the cross-entropy's Hessian by the logits. */
export function softmaxCurvature(probabilities: usize, h: usize, vectors: i32): void {
  const end = probabilities + (<usize>vectors << vectorShift);
  for (; probabilities < end; probabilities += vectorBytes) {
    const p = loadVector(probabilities);
    storeVector(h, f32x4.mul(p, f32x4.sub(f32x4.splat(1), p)));
    h += vectorBytes;
  }
}

/** gradient += scale · softmax(z / temperature), image by image. gradient: packs like logits. */
export function addSoftmax(
  logits: usize,
  gradient: usize,
  count: i32,
  classes: i32,
  temperature: f32,
  scale: f32,
): void {
  const pack = <usize>classes << vectorShift;
  for (let n = 0; n < count; n++) {
    const at = <usize>(n / lanes) * pack + (<usize>(n % lanes) << 2);
    const z = logits + at;
    const g = gradient + at;
    const top = load<f32>(z + (<usize>firstLargest(z, classes) << vectorShift));
    let sum: f32 = 0;
    for (let c = 0; c < classes; c++) {
      sum += Mathf.exp((load<f32>(z + (<usize>c << vectorShift)) - top) / temperature);
    }
    for (let c = 0; c < classes; c++) {
      const p: f32 = Mathf.exp((load<f32>(z + (<usize>c << vectorShift)) - top) / temperature) / sum;
      const to = g + (<usize>c << vectorShift);
      store<f32>(to, load<f32>(to) + scale * p);
    }
  }
}
