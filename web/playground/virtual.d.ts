/** The recipes that ship, as the build reads them from recipes/. */
declare module 'virtual:recipes' {
  export const recipes: readonly {
    readonly name: string;
    readonly sentence: string;
    readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  }[];
}
