/** A picture of the data, enlarged without smoothing; a number where pictures are not shown. */
export function Picture({ picture, alt }: { readonly picture: string | null; readonly alt: string }) {
  if (picture === null) return <span class="no-picture">{alt.split(',')[0]}</span>;
  return <img src={picture} alt={alt} width={56} height={56} class="picture" />;
}
