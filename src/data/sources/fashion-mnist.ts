/** Fashion-MNIST: 70,000 pictures of clothes (Xiao, Rasul, Vollgraf 2017). */
import { type IdxFamily, idxFamily } from './idx-family.ts';

const classNames = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

export const fashionMnistFamily: IdxFamily = {
  name: 'fashion-mnist',
  sentence: 'Fashion-MNIST, pictures of clothes: a folder of its four IDX files',
  words: ['fashion'],
  sums: {
    trainImages: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    trainLabels: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    testImages: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    testLabels: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  },
  known: async () => ({ names: classNames }),
  pictures: { ground: 'dark', framing: 'fit' },
};

export const fashionMnist = idxFamily(fashionMnistFamily);
