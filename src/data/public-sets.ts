/** The published data sets, whose pictures anybody may see. */

const names: readonly string[] = ['mnist', 'fashion-mnist', 'kmnist', 'qmnist', 'cifar-10', 'cifar-100'];

/** Whether a set of this name is published, EMNIST's parts (`emnist-letters`, ...) among them. */
export function isPublicSet(name: string): boolean {
  return names.includes(name) || name === 'emnist' || name.startsWith('emnist-');
}
