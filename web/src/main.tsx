import { createRoot } from "react-dom/client";
import { App } from "./app";
import "slack-blocks-to-jsx/dist/style.css";
import "./styles.css";

const page = document.getElementById("page");
if (page) createRoot(page).render(<App />);
