// The command behind the button "Run the whole lesson".
//
// JupyterLab's own command is lost without a word when it comes before the kernel's connection is up, which on a slow
// machine takes half a minute. This one waits, says what it waits for, and leaves the reader at the top of the page.
// Written by hand in the form in which JupyterLab loads a prebuilt extension; nothing is compiled.

(() => {
  const WAIT = 180_000;

  // anywidget gives a control two seconds to begin. One that is later, as on a slow machine with a full page, is drawn all
  // the same, but hears nothing from Python any more: it says "not responding" for good, though the answer was saved. Here
  // it may take as long as a notebook may take to start. Nothing else in JupyterLab asks for such a time-out.
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, Math.max(milliseconds, WAIT));

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  // One line of text in the notebook's toolbar, read out by screen readers when it changes.
  const statusOf = (panel) => {
    const bar = panel.node.querySelector(".jp-NotebookPanel-toolbar");
    if (!bar) return { textContent: "" };
    let line = bar.querySelector(".hanoikit-status");
    if (!line) {
      line = document.createElement("span");
      line.className = "hanoikit-status";
      line.setAttribute("role", "status");
      bar.querySelector("[data-jp-item-name='run-lesson']")?.after(line);
    }
    return line;
  };

  const connected = (panel) => panel.sessionContext.session?.kernel?.connectionStatus === "connected";

  const reach = async (panel) => {
    await panel.context.ready;
    const end = Date.now() + WAIT;
    while (Date.now() < end && !panel.isDisposed) {
      if (connected(panel)) {
        // The socket is open; an answer to a question shows that the other end listens.
        await panel.sessionContext.session.kernel.requestKernelInfo();
        return true;
      }
      await pause(200);
    }
    return false;
  };

  const progress = (panel, line, words) => {
    const cells = panel.content.model.cells;
    const all = [...cells].filter((cell) => cell.type === "code" && cell.sharedModel.source.trim());
    const show = () => {
      const done = all.filter((cell) => cell.executionCount !== null && cell.executionState !== "running").length;
      line.textContent = words.running.replace("{done}", done).replace("{all}", all.length);
    };
    const timer = setInterval(show, 500);
    show();
    return () => clearInterval(timer);
  };

  const plugin = {
    id: "@hanoikit/lesson:run",
    autoStart: true,
    activate: (app) => {
      const running = new WeakSet();
      // JupyterLab saves by itself now and then. A second saving that begins before the first has ended finds another file
      // than it knows, and a dialog asks which one counts. Whoever presses Ctrl+S or hands in has the first one ended before.
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (_panel, context) => {
          const save = context.save.bind(context);
          let last = Promise.resolve();
          context.save = () => (last = last.catch(() => {}).then(save));
        },
      });
      // The page "Hand in" asks for this before it seals: everything that is open is written to the disk.
      document.addEventListener("hanoikit:save", (event) => {
        for (const widget of app.shell.widgets("main"))
          if (widget.context?.model?.dirty) event.detail.wait.push(widget.context.save());
        event.detail.wait.push(Promise.resolve());
      });
      app.commands.addCommand("hanoikit:run-lesson", {
        label: (args) => args.label || "Run the whole lesson",
        caption: (args) => args.caption || "",
        describedBy: { args: null },
        execute: async (args) => {
          const panel = app.shell.currentWidget;
          if (!panel?.sessionContext || running.has(panel)) return;
          const words = {
            waiting: args.waiting || "Starting …",
            running: args.running || "{done} of {all}",
            done: args.done || "Ready.",
            failed: args.failed || "The page could not be run. Press Start again.",
          };
          running.add(panel);
          const line = statusOf(panel);
          let stop = () => {};
          try {
            line.textContent = words.waiting;
            if (!(await reach(panel))) throw new Error("no kernel");
            stop = progress(panel, line, words);
            await app.commands.execute("notebook:run-all-cells");
            line.textContent = words.done;
          } catch {
            line.textContent = words.failed;
          } finally {
            stop();
            running.delete(panel);
          }
          for (const command of ["enter-command-mode", "extend-marked-cells-top", "deselect-all"])
            await app.commands.execute(`notebook:${command}`).catch(() => {});
        },
      });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["@hanoikit/lesson"] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
  };
})();
