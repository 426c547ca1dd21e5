/** The trace page's script: the page is whole without it. What it adds is checking the lot's bundle in the browser. */
import "./trace.css";
