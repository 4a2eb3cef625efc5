"""Which expressions a branch map may have, and what is said of those that it may not."""

import pytest

from hepchain.config.expressions import is_computation, names_in


def test_names_are_words_with_dots() -> None:
    assert names_in("MissingET.MET * 0.001 + met") == ["MissingET.MET", "met"]
    assert names_in("where(px > 0 and not flag, pi, nan)") == ["px", "flag"]
    assert names_in("2 * 3") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("met *", "'met *' cannot be read: invalid syntax at its end"),
        ("met * * 2", "invalid syntax at position 7"),
        ("", "cannot be read"),
        ("a:b + 1", "no word needs one under `intermediate`"),
        ("sqtr(met)", "at position 1: no function 'sqtr'; did you mean 'sqrt'?"),
        ("1 + max(a, b)", "'max(a, b)' at position 5: no function 'max'"),
        ("hypot(px)", "'hypot(px)' at position 1: hypot takes 2 quantities"),
        ("where(a, b, x=c)", "where takes 3 quantities"),
        ("a + jet_pt[0]", r"'jet_pt[0]' at position 5: give it a name under `intermediate`"),
        ("(a > 1) & (b < 2)", "at position 1: write `and`"),
        ("a ^ 2", "write `**` for a power"),
        ("a if b else c", "write `where(condition, x, y)`"),
        ("a // 2", "no such operator"),
        ("a in b", "no such operator"),
        ("'text' + a", "is no number"),
        ("True + a", "is no number"),
        ("(1, 2)", "give it a name"),
        ("(" * 300 + ")" * 300, "cannot be read"),
    ],
)
def test_what_is_no_expression_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # the message is looked at below
        names_in(text)
    assert message in str(caught.value)


def test_endless_expressions_are_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        names_in("+".join(["a"] * 20_000))


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "[x for x in (1, 2)]",
        "a.__class__.__mro__[0]",
        "eval(a)",
        "(a := 1)",
        "f'{a}'",
    ],
)
def test_code_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="at position"):
        names_in(text)


def test_branch_names_are_no_computations() -> None:
    for name in ("met", "MET.pt", "met[0]", "a:b", "Electrons/pt", "met final"):
        assert not is_computation(name)
    for text in ("met * 0.001", "sqrt(x)", "-x", "x > 0"):
        assert is_computation(text)
