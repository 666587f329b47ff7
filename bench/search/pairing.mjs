// What comparing settings with the same seeds gains: the share of the seed's main effect in the variance between seeds.
import { mean } from '../measurement.mjs';

/**
 * The share of the variance between seeds that is the same for all settings, and so vanishes from their differences;
 * 0.85 means that about a seventh of the seeds is enough. Analysis of variance of settings and seeds without
 * repeats. @param losses [setting][seed], of at least two settings and two seeds.
 */
export function sharedByTheSeed(losses) {
  const [settings, seeds] = [losses.length, losses[0].length];
  const bySetting = losses.map(mean);
  const bySeed = losses[0].map((_, seed) => mean(losses.map((row) => row[seed])));
  const all = mean(bySetting);
  const ofSeeds = (settings * sum(bySeed.map((each) => (each - all) ** 2))) / (seeds - 1);
  const residuals = losses.flatMap((row, setting) =>
    row.map((loss, seed) => (loss - bySetting[setting] - bySeed[seed] + all) ** 2),
  );
  const residual = sum(residuals) / ((settings - 1) * (seeds - 1));
  const main = Math.max(0, (ofSeeds - residual) / settings);
  return { share: main / (main + residual), deviation: Math.sqrt(main + residual) };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
