//! The shapes in which operators have their audit logs, after public reports: each a function
//! from events, one JSON text each, to the bytes of a file.

mod records;

use base64::Engine as _;
use records::{
    bare, envelopes, filebeat, lines, millis, packed, parsed, pieces, pretty, quoted, sorted,
    table, time, utf_16,
};
use serde_json::{Value, json};

use super::written::gzip;

/// Events, as the API server writes them.
pub(crate) type Events<'a> = &'a [String];

/// A shape: its name, whether its records tell whose log they are, and how it is written.
pub(crate) struct Carrier {
    pub(crate) name: &'static str,
    pub(crate) names_source: bool,
    pub(crate) write: fn(Events<'_>) -> Vec<u8>,
}

const STREAM: &str = "kube-apiserver-audit-0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const GROUP: &str = "/aws/eks/prod-1/cluster";
const AUDIT_FILE: &str = "/var/log/kubernetes/kube-apiserver-audit.log";

const fn carrier(
    name: &'static str,
    names_source: bool,
    write: fn(Events<'_>) -> Vec<u8>,
) -> Carrier {
    Carrier {
        name,
        names_source,
        write,
    }
}

/// All shapes.
pub(crate) const CARRIERS: &[Carrier] = &[
    carrier("lines", true, |events| lines(events, str::to_owned)),
    carrier("lines with CRLF and a byte order mark", true, |events| {
        let text = events.join("\r\n") + "\r\n";
        [b"\xef\xbb\xbf", text.as_bytes()].concat()
    }),
    carrier("UTF-16, as PowerShell redirects", true, |events| {
        utf_16(&(events.join("\r\n") + "\r\n"), u16::to_le_bytes, true)
    }),
    carrier("UTF-16, big-endian, without its mark", true, |events| {
        utf_16(&(events.join("\n") + "\n"), u16::to_be_bytes, false)
    }),
    carrier(
        "aws logs filter-log-events, redirected by PowerShell",
        true,
        |events| {
            let events: Vec<Value> = events
                .iter()
                .map(|event| json!({"logStreamName": STREAM, "message": event}))
                .collect();
            let text = pretty(&json!({"events": events})).replace('\n', "\r\n");
            gzip(&utf_16(&text, u16::to_le_bytes, true))
        },
    ),
    carrier("jq -C", true, |events| {
        lines(events, |event| {
            let event = event
                .replace("\":", "\"\u{1b}[0m\u{1b}[1;39m:")
                .replace(',', "\u{1b}[1;39m,");
            format!("\u{1b}[1;39m{event}\u{1b}[0m")
        })
    }),
    carrier("stern, in colours", true, |events| {
        lines(events, |event| {
            format!(
                "\u{1b}[35mkube-apiserver-ip-10-40-0-11\u{1b}[0m \u{1b}[32mkube-apiserver\u{1b}[0m {event}"
            )
        })
    }),
    carrier("GELF, NUL behind each", false, |events| {
        let message =
            |event: &String| json!({"version": "1.1", "short_message": event}).to_string() + "\0";
        events.iter().map(message).collect::<String>().into_bytes()
    }),
    carrier("Elasticsearch bulk", false, |events| {
        lines(events, |event| {
            let action = json!({"index": {"_index": "audit"}});
            format!("{action}\n{}", json!({"@timestamp": "t", "message": event}))
        })
    }),
    carrier("OpenTelemetry, OTLP", false, |events| {
        let records: Vec<Value> = events
            .iter()
            .map(|event| json!({"timeUnixNano": "1", "body": {"stringValue": event}}))
            .collect();
        json!({"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": records}]}]})
            .to_string()
            .into_bytes()
    }),
    carrier("jq -S", true, |events| {
        lines(events, |event| {
            sorted(&parsed(event)).replace("\":", "\": ")
        })
    }),
    carrier("jq, indented", true, |events| {
        lines(events, |event| pretty(&parsed(event)))
    }),
    carrier("end to end, without line feeds", true, |events| {
        events.concat().into_bytes()
    }),
    carrier("added keys", true, |events| {
        lines(events, |event| {
            let open = event.strip_suffix('}').expect("an object");
            format!(
                r#"{open},"p_log_type":"x","p_any":{{"ip":["10.0.0.1"]}},"@message":{}}}"#,
                quoted(event)
            )
        })
    }),
    carrier("aws logs filter-log-events", true, |events| {
        let events: Vec<Value> = events
            .iter()
            .map(|event| json!({"logStreamName": STREAM, "timestamp": millis(event), "message": event, "ingestionTime": 1, "eventId": "385"}))
            .collect();
        pretty(&json!({"events": events, "searchedLogStreams": []})).into_bytes()
    }),
    carrier("aws logs get-log-events", false, |events| {
        let events: Vec<Value> = events
            .iter()
            .map(|event| json!({"timestamp": millis(event), "message": event}))
            .collect();
        pretty(&json!({"events": events, "nextForwardToken": "f/1"})).into_bytes()
    }),
    carrier("aws logs filter-log-events --output text", true, |events| {
        lines(events, |event| {
            let time = millis(event);
            format!("EVENTS\t385\t{time}\t{STREAM}\t{event}\t{time}")
        })
    }),
    carrier("aws logs ... --query events[].message", false, |events| {
        pretty(&json!(events)).into_bytes()
    }),
    carrier("jq .events[].message", false, |events| {
        lines(events, quoted)
    }),
    carrier("aws logs tail", true, |events| {
        lines(events, |event| {
            format!("{} {STREAM} {event}", time(event).to_rfc3339())
        })
    }),
    carrier("aws logs tail --format short", false, |events| {
        lines(events, |event| {
            format!("{} {event}", time(event).format("%Y-%m-%dT%H:%M:%S"))
        })
    }),
    carrier("awslogs", true, |events| {
        lines(events, |event| format!("{GROUP} {STREAM} {event}"))
    }),
    carrier("subscription, owner first", true, |events| {
        envelopes(events, false, false)
    }),
    carrier("subscription, spaced", true, |events| {
        envelopes(events, false, true)
    }),
    carrier("subscription, sorted keys", true, |events| {
        envelopes(events, true, false)
    }),
    carrier("subscription, gzip in gzip", true, |events| {
        gzip(&gzip(&envelopes(events, false, false)))
    }),
    carrier("Firehose to an HTTP endpoint", true, |events| {
        let records: Vec<Value> = packed(events)
            .into_iter()
            .map(|data| json!({"data": data}))
            .collect();
        json!({"requestId": "5b1c", "timestamp": 1, "records": records})
            .to_string()
            .into_bytes()
    }),
    carrier("aws kinesis get-records", true, |events| {
        let records: Vec<Value> = packed(events)
            .into_iter()
            .map(|data| json!({"SequenceNumber": "49", "Data": data, "PartitionKey": "k"}))
            .collect();
        pretty(&json!({"Records": records, "NextShardIterator": "eyJhbGciOi"})).into_bytes()
    }),
    carrier(
        "Lambda's event of a subscription, escaped, a line each",
        true,
        |events| {
            lines(events, |event| {
                let data = packed(&[event.to_owned()])[0].replace('/', "\\/");
                format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#)
            })
        },
    ),
    carrier("Kinesis, uncompressed", true, |events| {
        lines(events, |event| {
            let data = base64::engine::general_purpose::STANDARD.encode(event);
            json!({"data": data}).to_string()
        })
    }),
    carrier("AKS diagnostic log", true, |events| {
        lines(events, |event| {
            json!({"category": "kube-audit", "operationName": "x", "properties": {"log": format!("{event}\n"), "stream": "stdout", "pod": "kube-apiserver-7c9d8f6b5-x2k4p"}, "time": "t"})
                .to_string()
        })
    }),
    carrier("Filebeat, json.", true, |events| {
        lines(events, |event| filebeat(event).to_string())
    }),
    carrier("Elasticsearch search", true, |events| {
        let hits: Vec<Value> = events
            .iter()
            .map(|event| json!({"_index": "filebeat", "_id": "1", "_source": filebeat(event)}))
            .collect();
        pretty(&json!({"took": 4, "hits": {"total": {"value": 4}, "hits": hits}})).into_bytes()
    }),
    carrier("Elastic agent, dots in keys rewritten", false, |events| {
        lines(events, |event| {
            let event = event
                .replace("authentication.k8s.io", "authentication_k8s_io")
                .replace(
                    "authentication.kubernetes.io",
                    "authentication_kubernetes_io",
                );
            json!({"@timestamp": "t", "kubernetes": {"audit": parsed(&event)}, "data_stream": {"namespace": "default"}}).to_string()
        })
    }),
    carrier("oc adm node-logs", false, |events| {
        lines(events, |event| {
            format!("ip-10-40-0-11.eu-west-1.compute.internal {event}")
        })
    }),
    carrier("logcli", false, |events| {
        let head = "http://localhost/loki/api/v1/query_range?query=%7B%7D\nCommon labels: {cluster=\"prod-1\", job=\"k8s\"}\n";
        let text = lines(events, |event| format!("2026-11-24T06:01:27Z {{}} {event}"));
        [head.as_bytes(), &text].concat()
    }),
    carrier("logcli with labels", true, |events| {
        lines(events, |event| {
            format!(
                "2026-11-24T06:01:27Z {{container=\"kube-apiserver\", namespace=\"kube-system\"}} {event}"
            )
        })
    }),
    carrier("logcli -o jsonl", true, |events| {
        lines(events, |event| {
            json!({"labels": {"filename": AUDIT_FILE}, "line": event, "timestamp": "t"}).to_string()
        })
    }),
    carrier("Loki query_range", true, |events| {
        let values: Vec<Value> = events
            .iter()
            .map(|event| json!([(millis(event) * 1_000_000).to_string(), event]))
            .collect();
        json!({"status": "success", "data": {"resultType": "streams", "result": [{"stream": {"filename": AUDIT_FILE}, "values": values}]}})
            .to_string()
            .into_bytes()
    }),
    carrier("webhook batch", false, |events| {
        let items: Vec<Value> = events.iter().map(|event| bare(event)).collect();
        json!({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": items})
            .to_string()
            .into_bytes()
    }),
    carrier("webhook batches, a line each", false, |events| {
        lines(events, |event| {
            json!({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [bare(event)]})
                .to_string()
        })
    }),
    carrier("items of webhook batches", true, |events| {
        lines(events, |event| bare(event).to_string())
    }),
    carrier("docker json-file", false, |events| {
        lines(events, |event| {
            json!({"log": format!("{event}\n"), "stream": "stdout", "time": "2026-11-24T06:01:27.1Z"}).to_string()
        })
    }),
    carrier("docker json-file, in pieces", false, |events| {
        pieces(events)
            .map(|(piece, is_last)| {
                let log = if is_last { format!("{piece}\n") } else { piece };
                json!({"log": log, "stream": "stdout", "time": "2026-11-24T06:01:27.1Z"})
                    .to_string()
                    + "\n"
            })
            .collect::<String>()
            .into_bytes()
    }),
    carrier("containerd", false, |events| {
        lines(events, |event| {
            format!("2026-11-24T06:01:27.104500123Z stdout F {event}")
        })
    }),
    carrier("containerd, in pieces", false, |events| {
        pieces(events)
            .map(|(piece, is_last)| {
                let tag = if is_last { 'F' } else { 'P' };
                format!("2026-11-24T06:01:27.104500123Z stdout {tag} {piece}\n")
            })
            .collect::<String>()
            .into_bytes()
    }),
    carrier("kubectl logs --timestamps", false, |events| {
        lines(events, |event| {
            format!("2026-11-24T06:01:27.104500123Z {event}")
        })
    }),
    carrier("kubectl logs --prefix", true, |events| {
        lines(events, |event| {
            format!("[pod/kube-apiserver-ip-10-40-0-11/kube-apiserver] {event}")
        })
    }),
    carrier("Fluent Bit with the pod's metadata", true, |events| {
        lines(events, |event| {
            json!({"date": 1.0, "log": event, "kubernetes": {"pod_name": "kube-apiserver-1", "namespace_name": "kube-system", "container_name": "kube-apiserver", "labels": {"a": "b"}}}).to_string()
        })
    }),
    carrier("Splunk", true, |events| {
        lines(events, |event| {
            json!({"preview": false, "result": {"_raw": event, "_time": "t", "source": AUDIT_FILE, "sourcetype": "kube:apiserver-audit"}}).to_string()
        })
    }),
    carrier("log-events-viewer-result.csv", false, |events| {
        table(b',', &["timestamp", "message"], events, |event| {
            vec![millis(event).to_string(), event.to_owned()]
        })
    }),
    carrier("logs-insights-results.csv", true, |events| {
        table(
            b',',
            &["@timestamp", "@message", "@logStream", "@log"],
            events,
            |event| {
                vec![
                    "2026-11-24 06:01:27.104".to_owned(),
                    event.to_owned(),
                    STREAM.to_owned(),
                    format!("111122223333:{GROUP}"),
                ]
            },
        )
    }),
    carrier("semicolons, indented JSON in cells", false, |events| {
        table(b';', &["when", "what", "who"], events, |event| {
            vec![
                "2026-11-24".to_owned(),
                pretty(&parsed(event)),
                "x;y".to_owned(),
            ]
        })
    }),
    carrier("logs-insights-results.json", true, |events| {
        let rows: Vec<Value> = events
            .iter()
            .map(
                |event| json!({"@timestamp": "t", "@message": parsed(event), "@logStream": STREAM}),
            )
            .collect();
        pretty(&json!(rows)).into_bytes()
    }),
    carrier("aws logs get-query-results", true, |events| {
        let rows: Vec<Value> = events
            .iter()
            .map(|event| json!([{"field": "@timestamp", "value": "t"}, {"field": "@message", "value": event}, {"field": "@logStream", "value": STREAM}]))
            .collect();
        let matched = events.len() as f64;
        pretty(&json!({"results": rows, "status": "Complete", "statistics": {"recordsMatched": matched}})).into_bytes()
    }),
    carrier("the console's Markdown", true, |events| {
        let head = "| @timestamp | @message | @logStream |\n| --- | --- | --- |\n";
        let rows = lines(events, |event| {
            format!("| 2026-11-24 06:01:27.104 | {event} | {STREAM} |")
        });
        [head.as_bytes(), &rows].concat()
    }),
    carrier("fluentd out_file", true, |events| {
        lines(events, |event| {
            format!("2026-11-24T06:01:27+00:00\tkube-apiserver-audit\t{event}")
        })
    }),
    carrier("syslog", true, |events| {
        lines(events, |event| {
            format!("<134>1 2026-11-24T06:01:27.104500Z cp-1 kube-apiserver - - - {event}")
        })
    }),
    carrier("OpenTelemetry", true, |events| {
        let records: Vec<Value> = events
            .iter()
            .map(|event| json!({"timeUnixNano": "1", "body": {"stringValue": event}, "attributes": [{"key": "log.file.path", "value": {"stringValue": AUDIT_FILE}}]}))
            .collect();
        json!({"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"logRecords": records}]}]})
            .to_string()
            .into_bytes()
    }),
    carrier("docker in a subscription", true, |events| {
        let docker: Vec<String> = events
            .iter()
            .map(|event| json!({"log": format!("{event}\n"), "stream": "stdout"}).to_string())
            .collect();
        envelopes(&docker, false, false)
    }),
];
