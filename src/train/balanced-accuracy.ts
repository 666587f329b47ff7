/** Balanced accuracy: every class counts alike, however many images it has. */

/**
 * The mean over the classes of the fraction of a class's images that are answered right (its recall), 0 to 1. Classes
 * without images are left out, as in scikit-learn's `balanced_accuracy_score`.
 * @param predicted the answer to each image. @param labels the class of each image, at least one.
 */
export function balancedAccuracy(predicted: Uint8Array, labels: Uint8Array): number {
  const right = new Uint32Array(256);
  const images = new Uint32Array(256);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    images[label]!++;
    if (predicted[i] === label) right[label]!++;
  }
  let sum = 0;
  let classes = 0;
  for (let label = 0; label < 256; label++) {
    if (images[label] === 0) continue;
    sum += right[label]! / images[label]!;
    classes++;
  }
  return sum / classes;
}
