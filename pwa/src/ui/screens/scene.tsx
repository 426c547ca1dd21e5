/** The field behind the head of home and joining: decoration, drawn with classes so that the tokens colour it. */
export function Scene() {
  return (
    <svg class="scene" viewBox="0 0 360 132" preserveAspectRatio="xMaxYMax slice" aria-hidden="true">
      <path class="far" d="M0 96 84 78l112 9 164-21v66H0z" />
      <path class="near" d="M0 132v-26l98-14 46 40zM156 132l-40-40 88-7 60 47zM274 132l-56-45 142-17v62z" />
      <path class="bund" d="M0 96 84 78l112 9 164-21M98 92l46 40M204 85l60 47" />
      <path
        class="rice-stem"
        d="M344 114c0-5-2-8-5-9M344 114c0-5 2-8 5-9M344 114v-11M351 94c0-4-2-6-4-7M351 94c0-4 2-6 4-7M351 94v-9"
      />
    </svg>
  );
}
