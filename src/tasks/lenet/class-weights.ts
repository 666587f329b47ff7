/** The weights of classes that occur with different frequencies. */

/**
 * Weights with which all classes count alike: images / (classes · images of the class), as scikit-learn's
 * `class_weight='balanced'`. Their mean over the images is 1. As there, classes without images are not counted; here they
 * get the weight 1.
 * @param counts the number of images of each class, at least one above 0.
 */
export function balancedWeights(counts: readonly number[]): number[] {
  const images = counts.reduce((sum, count) => sum + count, 0);
  const classes = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : images / (classes * count)));
}
