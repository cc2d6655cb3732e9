//! What does not compile.

use super::refusal;

fn refused(text: &str, reason: &str) {
    let message = refusal(text);
    assert!(message.contains(reason), "{text}: {message}");
}

#[test]
fn unknown_commands_and_functions() {
    refused("fields verb | head 5", "unexpected symbol found head");
    refused("pattern @message", "unexpected symbol found pattern");
    refused(
        "SOURCE logGroups(namePrefix: ['/aws']) | fields verb",
        "unexpected symbol found SOURCE",
    );
    refused("Fields verb", "unexpected symbol found Fields");
    refused("fields verb | count(*)", "unexpected symbol found count");
    refused("fields length(verb)", "Unknown function length");
    refused("stats median(n)", "Unknown function median");
    refused("", "unexpected symbol found <EOF>");
    refused("| fields verb", "unexpected symbol found |");
    refused("fields verb |", "unexpected symbol found <EOF>");
    refused(
        "fields verb filter verb = 'x'",
        "unexpected symbol found filter",
    );
}

#[test]
fn wrong_expressions() {
    refused("filter verb", "filter needs a Boolean expression");
    refused(
        "filter strcontains(verb, 'g')",
        "filter needs a Boolean expression",
    );
    refused("filter verb = 'a' and stage", "not a Boolean expression");
    refused("filter verb == 'a'", "unexpected symbol found =");
    refused("filter verb LIKE 'a'", "filter needs a Boolean expression");
    refused(
        "filter verb like a",
        "expecting a string or a regular expression",
    );
    refused("filter verb in []", "expecting an expression");
    refused("filter verb in ('a')", "expecting '['");
    refused("filter yes = true", "unexpected symbol found true");
    refused("filter verb like /(?=x)/", "invalid regular expression");
    refused("filter verb like /x", "no closing slash");
    refused("filter verb = 'x", "no closing quote");
    refused(r"filter verb = 'x\n'", "unknown escape");
    refused("fields `verb", "no closing backquote");
    refused("fields foo-bar baz", "unexpected symbol found baz");
    refused("fields a & b", "unexpected symbol found &");
    refused(
        "fields substr(verb)",
        "Invalid arguments to function substr",
    );
    refused("fields bin(verb)", "Invalid arguments to function bin");
    refused(
        "fields datefloor(@timestamp, 3)",
        "Invalid arguments to function datefloor",
    );
    refused("fields bin(5q)", "unknown period 5q");
    refused("fields ispresent('verb')", "ispresent takes a field");
}

#[test]
fn wrong_parses() {
    refused("parse @message 'a * b *' as x", "one name for each *");
    refused("parse @message 'a *'", "expecting as");
    refused("parse @message /a (b)/", "needs a name");
    refused("parse @message /a b/", "needs a name");
    refused(
        "parse @message verb",
        "expecting a string or a regular expression",
    );
    refused(
        "stats count(*) as n by verb | parse verb 'g*' as x",
        "parse cannot follow stats",
    );
}

#[test]
fn wrong_stats() {
    refused("stats verb", "needs an aggregation function");
    refused("stats count(*) + verb", "needs an aggregation function");
    refused("stats max(min(n))", "needs an aggregation function");
    refused("stats max(*)", "only count takes *");
    refused("stats count(*) by max(n)", "behind by");
    refused("fields max(n)", "belongs into stats");
    refused("filter max(n) > 1", "belongs into stats");
    refused(
        "sort @timestamp desc | stats count(*)",
        "unexpected symbol found stats",
    );
    refused(
        "stats count(*) as a | stats max(a) as b | stats max(b) as c",
        "unexpected symbol found stats",
    );
}

#[test]
fn a_name_cannot_be_given_twice() {
    let twice = "Ephemeral field is already defined";
    refused("parse 'subject: *,' as s | stats max(s) as s", twice);
    refused("parse 'subject: *,' as s | parse 'x: *,' as s", twice);
    refused("parse 'subject: *,' as s | fields s", twice);
    refused("parse 'subject: *,' as s | fields strlen(verb) as s", twice);
    refused("fields verb as v | fields v", twice);
    refused("fields verb, verb", twice);
    refused("stats count(*) as n, max(x) as n", twice);
    // Events have these fields already.
    refused(r#"parse '"verb":"*"' as verb"#, twice);
    refused("stats count(*) as verb by stage", twice);
    refused("fields strlen(stage) as verb", twice);
    refused("fields strlen(stage) as @message", twice);
}

#[test]
fn after_stats_only_its_columns_are_known() {
    let unknown = "Unknown symbols found in or after stats: ";
    refused(
        "stats count(*) as n by verb | sort stage desc",
        &format!("{unknown}stage"),
    );
    refused(
        "stats count(*) as n by verb | filter @timestamp > 1",
        &format!("{unknown}@timestamp"),
    );
    refused(
        "stats count(*) as n by verb | display stage",
        &format!("{unknown}stage"),
    );
    refused(
        "stats count(*) by verb | stats max(n) as m",
        &format!("{unknown}n"),
    );
}

#[test]
fn commands_stand_in_their_order() {
    refused(
        "fields verb | dedup verb | sort verb asc",
        "unexpected symbol found sort",
    );
    refused(
        "fields verb | dedup verb | filter verb = 'x'",
        "unexpected symbol found filter",
    );
    refused(
        "fields verb | limit 5 | filter verb = 'x'",
        "unexpected symbol found filter",
    );
    refused(
        "fields verb | limit 5 | limit 3",
        "unexpected symbol found limit",
    );
    refused(
        "fields verb | sort verb asc | sort stage asc",
        "unexpected symbol found sort",
    );
    refused(
        "fields verb | estimate | limit 5",
        "unexpected symbol found limit",
    );
    refused("estimate", "unexpected symbol found estimate");
}

#[test]
fn limits_and_directions() {
    refused("fields verb | limit 0", "limit is between 1 and 100000");
    refused(
        "fields verb | limit 100001",
        "limit is between 1 and 100000",
    );
    refused("fields verb | limit some 5", "expecting a number");
    refused("fields verb | limit 5m", "expecting a number");
    refused("fields verb | sort verb", "expecting asc or desc");
    refused(
        "fields verb | sort strlen(verb) desc",
        "expecting asc or desc",
    );
}

#[test]
fn a_refusal_says_where() {
    assert_eq!(
        refusal("fields verb | head 5"),
        "unexpected symbol found head, expecting a command ([13,13])"
    );
}
