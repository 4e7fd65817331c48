import pytest
from collections.abc import Callable
from .conftest import Notebook
pytestmark=[pytest.mark.browser, pytest.mark.slow]
GO="""async (t)=>{const nb=window.jupyterapp.shell.currentWidget.content;const cells=nb.model.cells;
for(let i=0;i<cells.length;i++){ if(cells.get(i).sharedModel.source.includes(t)){ nb.activeCellIndex=i; await nb.scrollToItem(i,'start'); return i;} } return -1}"""
def test_look(open_notebook: Callable[[str], Notebook]) -> None:
    n=open_notebook("lessons/m07-safeguards.ipynb"); n.run(); p=n.page
    p.set_viewport_size({"width":1366,"height":1500})
    for i,t in enumerate(["Part E","Part H"]):
        p.evaluate(GO,"### Part A"); p.wait_for_timeout(1000)
        p.evaluate("(t)=>{const e=[...document.querySelectorAll('h3')].find(x=>x.textContent.includes(t)); e.scrollIntoView()}", t)
        p.wait_for_timeout(700); p.screenshot(path=f"/tmp/m07/shots/l{i}.png")
    n=open_notebook("exercises/m07-safeguards/m07-safeguards.ipynb"); n.run()
    p.set_viewport_size({"width":1366,"height":1500})
    for i,t in enumerate(["Question 6 ·","Question 9 ·"]):
        p.evaluate(GO,t); p.wait_for_timeout(1500); p.evaluate(GO,t); p.wait_for_timeout(700)
        p.screenshot(path=f"/tmp/m07/shots/q{i}.png")
