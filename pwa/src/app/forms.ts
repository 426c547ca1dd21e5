/** Forms as the app's floors read them: all of it is `core/forms`. */
export * from "../core/forms";
