/** Draws blocks: the renderer for what stands still, our own elements for what can be used. Never crashes. */
import { Component, type ReactNode } from "react";
import { type Block as DrawnBlock, Message as Drawn } from "slack-blocks-to-jsx";
import { displayBot, useDesk } from "./context";
import { BlockElement } from "./elements";
import { richText, richTextOf, trimmed, words } from "./mrkdwn";
import type { Block, Confirm, Element, Payload } from "./types";

/** Tells the bot that an element was used. */
export type Act = (blockId: string | undefined, element: Element, payload: Payload) => void;

/** Every readable word of a block, for blocks that cannot be drawn and for screen readers. */
export function textIn(node: unknown): string {
  if (Array.isArray(node)) return node.map(textIn).filter(Boolean).join(" ");
  if (!node || typeof node !== "object") return "";
  return Object.entries(node)
    .map(([name, value]) =>
      typeof value === "string" ? (/^(text|title|subtitle|alt_text|details)$/.test(name) ? value : "") : textIn(value),
    )
    .filter(Boolean)
    .join(" ");
}

class Guard extends Component<{ block: Block; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { block: Block }) {
    if (before.block !== this.props.block && this.state.failed) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <Plain block={this.props.block} /> : this.props.children;
  }
}

function Plain({ block }: { block: Block }) {
  const said = textIn(block);
  return <p className="unknown-block">{said || `(a block of type ${block.type})`}</p>;
}

/** Signs of checks, drawn without a font of emoji: what kind, sign, in words. */
const MARKS: Record<string, readonly [string, string, string]> = {
  white_check_mark: ["good", "✓", "passed"],
  x: ["bad", "✗", "failed"],
  heavy_minus_sign: ["dim", "–", "not reached"],
  grey_question: ["unsure", "?", "could not be checked"],
  hourglass_flowing_sand: ["dim", "…", "running"],
  warning: ["unsure", "!", "warning"],
  information_source: ["dim", "i", "remark"],
};

/** Blocks that stand still, as the renderer draws them. */
function Still({ blocks, small }: { blocks: Block[]; small?: boolean }) {
  const { workspace, theme } = useDesk();
  const { bot } = workspace;
  const users = [...workspace.users, { id: bot.user_id, name: displayBot(bot.name) }];
  return (
    <Drawn withoutWrapper name="" logo="" theme={theme} className={small ? "is-small" : ""}
      blocks={blocks as unknown as DrawnBlock[]} data={{ users, channels: workspace.channels, user_groups: workspace.user_groups }}
      hooks={{
        user: ({ id, name }) => <span className="mention">@{name || users.find((u) => u.id === id)?.name || id}</span>,
        channel: ({ id, name }) => (
          <span className="mention">#{workspace.channels.find((c) => c.id === id)?.name ?? name ?? id}</span>
        ),
        usergroup: ({ id, name }) => <span className="mention">@{workspace.user_groups.find((g) => g.id === id)?.name ?? name ?? id}</span>,
        atHere: () => <span className="mention">@here</span>,
        atChannel: () => <span className="mention">@channel</span>,
        atEveryone: () => <span className="mention">@everyone</span>,
        emoji: (data, parse) => {
          const mark = MARKS[data.name];
          if (mark) return <span className={`mark mark-${mark[0]}`} role="img" aria-label={mark[2]}>{mark[1]}</span>;
          const drawn = parse(data);
          return drawn === data.name ? `:${data.name}:` : drawn;
        },
        link: ({ href, children }) =>
          /^(https?:|mailto:)/i.test(href ?? "") ? (
            <a href={href} target="_blank" rel="noreferrer noopener">{children}</a>
          ) : (
            <span>{children}</span>
          ),
      }} />
  );
}

/** Text as Slack shows it: what people typed, or a text object. */
export function Said({ text, small }: { text: Block; small?: boolean }) {
  return (
    <Guard block={text}>
      <Still blocks={[text]} small={small} />
    </Guard>
  );
}

function Section({ block, act }: { block: Block; act: Act }) {
  const accessory = block.accessory as Element | undefined;
  return (
    <div className="block-section">
      <div className="block-section-text">
        {block.text ? <Said text={richTextOf(block.text)} /> : null}
        {Array.isArray(block.fields) ? (
          <div className="block-fields">
            {block.fields.map((field, index) => <Said key={index} text={richTextOf(field)} />)}
          </div>
        ) : null}
      </div>
      {accessory ? (
        <div className="block-accessory">
          <Active element={accessory} block={block} act={act} />
        </div>
      ) : null}
    </div>
  );
}

/** One element that tells the bot; asks first when it carries a confirm dialog. */
function Active({ element, block, act }: { element: Element; block: Block; act: Act }) {
  const { confirm } = useDesk();
  const onAct = async (payload: Payload) => {
    const asked: Confirm | undefined = element.confirm;
    if (!asked || (await confirm(asked))) act(block.block_id, element, payload);
  };
  return <BlockElement element={element} onAct={(payload) => void onAct(payload)} />;
}

function Elements({ block, act, of }: { block: Block; act: Act; of: Element[] }) {
  return (
    <div className="block-actions">
      {of.map((element, index) => (
        <Active key={element.action_id ?? index} element={element} block={block} act={act} />
      ))}
    </div>
  );
}

function Context({ block }: { block: Block }) {
  const elements: Element[] = Array.isArray(block.elements) ? block.elements : [];
  return (
    <div className="block-context">
      {elements.map((element, index) =>
        element.type === "image" ? (
          <img key={index} src={element.image_url} alt={element.alt_text ?? ""} />
        ) : (
          <Said key={index} small text={richTextOf(element as never)} />
        ),
      )}
    </div>
  );
}

function DataTable({ block }: { block: Block }) {
  const rows: unknown[][] = Array.isArray(block.rows) ? block.rows : [];
  const cell = (value: unknown) => (typeof value === "string" ? value : textIn(value));
  return (
    <div className="block-table" role="region" aria-label="Table" tabIndex={0}>
      <table>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {(Array.isArray(row) ? row : []).map((value, at) =>
                index === 0 ? <th key={at} scope="col">{cell(value)}</th> : <td key={at}>{cell(value)}</td>,
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Container({ block, act }: { block: Block; act: Act }) {
  const inner: Block[] = block.child_blocks ?? block.blocks ?? block.elements ?? [];
  const title = words(block.title) || textIn(block.rich_text_title);
  const body = <Blocks blocks={inner} act={act} />;
  if (!block.is_collapsible) {
    return (
      <section className="block-container" aria-label={title || undefined}>
        {title ? <h4>{title}</h4> : null}
        {body}
      </section>
    );
  }
  return (
    <details className="block-container" open={!block.default_collapsed}>
      <summary>{title || "Details"}</summary>
      {body}
    </details>
  );
}

/** The renderer throws on text where it expects rich_text. */
function asTask(task: Block): Block {
  const rich = (value: unknown) => (typeof value === "string" ? richText(value) : value);
  return { ...task, type: "task_card", title: words(task.title), details: rich(task.details), output: rich(task.output) };
}

function one(block: Block, act: Act): ReactNode {
  switch (block.type) {
    case "section":
      return <Section block={block} act={act} />;
    case "actions":
    case "context_actions":
      return <Elements block={block} act={act} of={Array.isArray(block.elements) ? block.elements : []} />;
    case "context":
      return <Context block={block} />;
    case "header":
      return <h3 className="block-header"><Said text={richTextOf(block.text)} /></h3>;
    case "divider":
      return <hr className="block-divider" />;
    case "markdown":
      // The renderer pads line ends, which shifts a fence that stands in the very first line.
      return <Still blocks={[{ ...block, text: `\n${String(block.text ?? "")}` }]} />;
    case "card":
      return (
        <>
          <Still blocks={[{ ...block, actions: [] }]} />
          {Array.isArray(block.actions) ? <Elements block={block} act={act} of={block.actions} /> : null}
        </>
      );
    case "task_card":
      return <Still blocks={[asTask(block)]} />;
    case "plan":
      return <Still blocks={[{ ...block, title: words(block.title), tasks: (block.tasks ?? []).map(asTask) }]} />;
    case "data_table":
      return <DataTable block={block} />;
    case "container":
      return <Container block={block} act={act} />;
    case "rich_text":
      return <Still blocks={[trimmed(block)]} />;
    case "alert":
    case "carousel":
    case "table":
    case "image":
    case "video":
    case "file":
    case "data_visualization":
      return <Still blocks={[block]} />;
    default:
      return <Plain block={block} />;
  }
}

export function Blocks({ blocks, act }: { blocks: Block[]; act: Act }) {
  return (
    <>
      {blocks.map((block, index) => (
        <Guard key={block.block_id ?? index} block={block}>
          <div className={`block is-${block.type}`}>{one(block, act)}</div>
        </Guard>
      ))}
    </>
  );
}
