//! Users and groups are read from lists, bulk requests and single resources.

use super::Scim;
use crate::{collect::Transcript, error::ErrorCode, testing};

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u-1","externalId":"77","userName":"Taro@city.example","displayName":"太郎","title":"主査","userType":"Employee","active":false,"emails":[{"value":"taro@city.example","type":"work"},{"value":"taro@home.example","type":"home"}],"groups":[{"value":"g-1","display":"Staff"}],"roles":[{"value":"Reader"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"0042","department":"総務課","manager":{"value":"u-9","displayName":"花子"}}}"#;
const GROUP: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g-1","displayName":"Staff","members":[{"value":"u-1","type":"User"},{"value":"g-2","type":"Group"}]}"#;

fn list() -> String {
    format!(
        r#"{{"Resources":[{USER},{GROUP},{{"id":"x","schemas":["urn:x"]}},5],"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":3}}"#
    )
}

fn read(text: &str) -> Transcript {
    testing::parse(&Scim, text.as_bytes()).unwrap()
}

#[test]
fn users_and_groups_are_read_however_they_are_sent() {
    for text in [format!("{USER}\n{GROUP}\n"), format!("[{USER},{GROUP}]")] {
        let account = read(&text).tally.account;
        assert_eq!((account.records, account.facts), (2, 2), "{text}");
    }
    let list = list();
    let seen = read(&list);
    assert_eq!((seen.tally.account.facts, seen.tally.account.dropped), (2, 2));
    assert_eq!(seen.tally.assets, 3);
    let text = seen.lines.join("\n");
    for expected in [
        "asset 0 person `太郎` stable=Some(\"u-1\") [staff_number=0042 directory_id=u-1 \
         account_name=taro@city.example mail=taro@city.example] {account.enabled=false; \
         post=主査; employment=employed; x.user_type=Employee; x.department=総務課; \
         x.manager=花子; x.external_id=77",
        "<member_of=g-1>",
        "asset 1 group `Staff`",
        "asset 0 person `u-1` stable=Some(\"u-1\") [directory_id=u-1] {} <member_of=g-1>",
        "asset 2 group `g-2`",
        "coverage 1 [user_inventory] credentialed=None All",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains("home.example"));
    assert_eq!(testing::places(&list, &seen)[0], USER);
}

#[test]
fn bulk_requests_give_what_they_hold_whole() {
    let text = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{"method":"POST","path":"/Users","data":{USER}}},{{"method":"DELETE","path":"/Users/1"}}]}}"#
    );
    let seen = read(&text);
    assert_eq!((seen.tally.account.facts, seen.tally.account.dropped), (1, 1));
    assert!(!seen.lines.join("\n").contains("coverage"));
}

#[test]
fn messages_that_are_no_report_are_refused() {
    for (schema, code) in [
        ("api:messages:2.0:Error", ErrorCode::ToolError),
        ("api:messages:2.0:PatchOp", ErrorCode::Invalid),
        ("api:messages:2.0:SearchRequest", ErrorCode::Invalid),
        ("api:messages:2.0:ListResponse", ErrorCode::Invalid),
        ("schemas:core:2.0:Schema", ErrorCode::Invalid),
    ] {
        let text = format!(
            r#"{{"schemas":["urn:ietf:params:scim:{schema}"],"detail":"no such user","Operations":[]}}"#
        );
        let refused = testing::parse(&Scim, text.as_bytes()).unwrap_err();
        assert_eq!(refused.code, code, "{schema}");
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Scim, list().as_bytes());
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
        testing::parse_unclaimed(&Scim, &bytes).ok();
    }
}
