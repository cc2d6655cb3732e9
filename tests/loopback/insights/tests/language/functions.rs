//! Functions and arithmetic.

use super::worth;

#[test]
fn about_absence() {
    assert_eq!(worth("ispresent(verb)"), "1");
    assert_eq!(worth("isPresent(nothing)"), "0");
    assert_eq!(worth("coalesce(nothing, verb, stage)"), "get");
    assert_eq!(worth("isempty(nothing)"), "1");
    assert_eq!(worth("isempty(' ')"), "0");
    assert_eq!(worth("isblank(' ')"), "1");
    assert_eq!(worth("strlen(nothing)"), "");
    assert_eq!(worth("if(ispresent(nothing), 'yes', verb)"), "get");
}

#[test]
fn on_text() {
    assert_eq!(worth("strlen('naïve')"), "5");
    assert_eq!(worth("substr('xyZfooxyZ', 3, 3)"), "foo");
    assert_eq!(worth("substr('xyZfoo', 3)"), "foo");
    assert_eq!(worth("strcontains(verb, 'e')"), "1");
    assert_eq!(worth("strcontains(verb, 'E')"), "0");
    assert_eq!(worth("concat(verb, '-', 1)"), "get-1");
    assert_eq!(worth("trim('  a b ')"), "a b");
    assert_eq!(worth("ltrim('xyZfooxyZ', 'xyZ')"), "fooxyZ");
    assert_eq!(worth("rtrim('xyZfooxyZ', 'xyZ')"), "xyZfoo");
    assert_eq!(worth("trim('xyZfooxyZ', 'xyZ')"), "foo");
    assert_eq!(worth("tolower('ABC')"), "abc");
    assert_eq!(worth("toupper('abc')"), "ABC");
    assert_eq!(worth("replace('foo', 'o', '0')"), "f00");
    assert_eq!(worth("startsWith(verb, 'g')"), "1");
    assert_eq!(worth("endsWith(verb, 'g')"), "0");
}

#[test]
fn on_numbers() {
    assert_eq!(worth("floor(1.7) + ceil(1.2) + abs(-3)"), "6");
    assert_eq!(worth("greatest(1, 3, 2) - least(1, 3, 2)"), "2");
    assert_eq!(worth("sqrt(16) + log(1)"), "4");
    assert_eq!(worth("toNumber('12') + 1"), "13");
    assert_eq!(worth("toNumber(' 12')"), "");
    assert_eq!(worth("floor(verb)"), "");
}

#[test]
fn arithmetic_binds_as_usual_and_takes_numbers_from_text() {
    assert_eq!(worth("2 + 3 * 4 ^ 2 % 5"), "5");
    assert_eq!(worth("(2 + 3) * -4"), "-20");
    assert_eq!(worth("10 % 3 + 7 / 2"), "4.5");
    assert_eq!(worth("1 / 3"), "0.3333");
    assert_eq!(worth("responseStatus.code + 1"), "201");
    assert_eq!(worth("verb + 1"), "");
    assert_eq!(worth("1 / 0"), "");
}

#[test]
fn on_times() {
    assert_eq!(worth("toMillis(@timestamp)"), "1795500087947");
    assert_eq!(
        worth("fromMillis(1795500087947)"),
        "2026-11-24 06:01:27.947"
    );
    assert_eq!(
        worth("datefloor(@timestamp, 1h)"),
        "2026-11-24 06:00:00.000"
    );
    assert_eq!(worth("dateceil(@timestamp, 1h)"), "2026-11-24 07:00:00.000");
    assert_eq!(worth("bin(30s)"), "2026-11-24 06:01:00.000");
}
