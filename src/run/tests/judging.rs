//! Tests of what a scenario judges: how often, which response, and what reached the merchant's site.

use super::*;
use crate::verdict::ScenarioRecord;

/// The scenarios of one target after a run of one feature file.
async fn records_of(text: &str) -> Vec<ScenarioRecord> {
    let (_folder, options) = folder(&[("x.feature", text)]);
    run(options).await.unwrap().report.targets.remove(0).records
}

/// Title and fault, or the word of the verdict.
fn ends(records: &[ScenarioRecord]) -> Vec<(&str, String)> {
    let end = |verdict: &Verdict| match verdict {
        Verdict::Error(fault) => fault.message.clone(),
        Verdict::Skipped(_) => verdict.cause(),
        _ => verdict.word().to_owned(),
    };
    records.iter().map(|record| (record.title.as_str(), end(record.verdict()))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_that_judges_nothing_is_a_mistake_and_a_pending_one_does_not_run() {
    let records = records_of(
        "Feature: Unfinished

  @req:HPP-READ-001
  Scenario: Empty

  @req:HPP-READ-001
  Scenario: Only acts
    Given a hosted session
    When the merchant reads the hosted session

  @wip @req:HPP-READ-001
  Scenario: Pending
    Given a step that nobody has written

  @req:HPP-READ-001
  Scenario: Judged
    Given a hosted session
    When the merchant reads the hosted session
    Then the response status is 200
    And the request succeeds

  @req:HPP-READ-001
  Scenario: Answered
    Given a hosted session
    When the merchant reads the hosted session
    Then the answer is recorded as \"a fresh session\"

  @req:HPP-READ-010
  Scenario: Answered, and nothing is promised
    Given a hosted session
    When the merchant reads the hosted session
    Then the answer is recorded as \"a fresh session\"
",
    )
    .await;
    let expected = [
        ("Empty", "the scenario has no step, so it judges nothing"),
        ("Only acts", "the scenario has no Then step, so it judges nothing"),
        ("Pending", "pending: the scenario is tagged `@wip`"),
        ("Judged", "pass"),
        ("Answered", "nothing in this scenario could have failed its requirement"),
        ("Answered, and nothing is promised", "pass"),
    ];
    assert_eq!(ends(&records), expected.map(|(title, end)| (title, end.to_owned())));
    let counted: Vec<(u32, u32)> =
        records.iter().map(|record| (record.last().judgements, record.last().answers)).collect();
    // Two judgements of one answer, and an answer that is only recorded.
    assert_eq!(counted, [(0, 0), (0, 0), (0, 0), (2, 1), (0, 0), (1, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_that_rests_on_the_own_requirement_is_no_judgement() {
    let records = records_of(
        "@req:HPP-CREATE-001
Feature: Prepared

  Scenario: Judged once
    Given a hosted session
    Then the response status is 201
",
    )
    .await;
    let told: Vec<(&str, u32)> =
        records.iter().map(|record| (record.verdict().word(), record.last().judgements)).collect();
    assert_eq!(told, [("pass", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_then_asks_for_itself_is_not_the_response() {
    let records = records_of(
        "@req:HPP-CREATE-001
Feature: Two observations

  Scenario Outline: <asks> comes first
    Given a payment session
    When the merchant creates a hosted session
    Then <asks>
    And the response status is 201
    And the request goes to the returned session_url

    Examples:
      | asks |
      | expires_at lies before the end of the payment session |
      | the hosted session is WAITING |
      | the hosted session is not COMPLETED |
      | the hosted session has a known status |
      | the status of the hosted session is recorded |
      | whether expires_at has moved is recorded |

  Scenario: A When after the last one counts
    Given a hosted session
    When the merchant disables the hosted session
    And the merchant reads the hosted session
    Then the hosted session is DISABLED
    And the response status is 200
    And the request goes to the returned session_url

  Scenario: Without a When it is the answer to the last Given
    Given a payment session
    Given a hosted session
    Then the hosted session is WAITING
    And the response status is 201
",
    )
    .await;
    assert_eq!(records.len(), 8);
    for record in &records {
        // The creation went to the list of sessions, so the last step of the outline fails, and names the creation.
        let findings: Vec<(&str, u32)> =
            record.last().findings.iter().map(|finding| (finding.step.as_str(), finding.exchange)).collect();
        let expected: &[(&str, u32)] = if record.title.ends_with("comes first") {
            &[("And the request goes to the returned session_url", 2)]
        } else {
            &[]
        };
        assert_eq!(findings, expected, "{}", record.title);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_needs_no_browser_and_keeps_what_came() {
    let (_folder, options) = folder(&[(
        "x.feature",
        "@needs:receiver
Feature: Called without a browser

  @req:HPP-CALLBACK-001
  Scenario: The page is fetched
    Given a hosted session whose merchant URLs are
      | status_update | ?secret=9f2 |
    When the consumer fetches redirect_url without credentials
    Then status_update is called

  @req:HPP-CALLBACK-001
  Scenario: The scenario leaves early
    Given a hosted session whose merchant URLs are
      | status_update | ?secret=9f2 |
    When the consumer fetches redirect_url without credentials
    Then status_update is called
    And the response status is 418
    And status_update is called
",
    )]);
    let finished = run(options).await.unwrap();
    let records = &finished.report.targets[0].records;
    assert_eq!(
        tries(&finished.report),
        [("The page is fetched", vec!["pass"]), ("The scenario leaves early", vec!["fail"])]
    );
    for record in records {
        let evidence = finished.folder.evidence(&record.last().evidence).unwrap();
        let arrivals: Vec<&str> = evidence.arrivals.iter().map(|arrival| arrival.method.as_str()).collect();
        assert_eq!(arrivals, ["POST"], "{}", record.title);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_is_kept_when_a_scenario_leaves_early() {
    let (_folder, mut options) = folder(&[(
        "x.feature",
        "@req:HPP-CALLBACK-001 @needs:receiver
Feature: Called

  Scenario: The scenario leaves before it asks for the call
    Given a hosted session whose merchant URLs are
      | status_update | ?secret=9f2 |
    When the consumer fetches redirect_url without credentials
    Then the response status is 418
    And status_update is called
",
    )]);
    // The page answers after the merchant's server, so the call has come when the scenario leaves.
    let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
    mock.deviation = crate::mock::deviation("page-waits-for-callback");
    let finished = run(options).await.unwrap();
    let record = &finished.report.targets[0].records[0];
    let evidence = finished.folder.evidence(&record.last().evidence).unwrap();
    let arrivals: Vec<&str> = evidence.arrivals.iter().map(|arrival| arrival.method.as_str()).collect();
    assert_eq!((record.verdict().word(), arrivals), ("fail", vec!["POST"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_counts_only_beside_its_accepted_twin() {
    let text = "Feature: Refused

  @req:HPP-CREATE-002
  Scenario: A member is missing
    Given a payment session
    When the merchant creates a hosted session without payment_session_url
    Then the response status is 400

  @req:HPP-READ-008
  Scenario: The session is unknown
    Given a hosted session
    When the merchant reads a hosted session that does not exist
    Then the response status is 404

  @req:HPP-EXPIRY-011 @needs:clock
  Scenario: The session has ended
    Given a hosted session
    And the clock stands 1 minute after the end of the hosted session
    When the merchant reads the hosted session
    Then the response status is 404

  @req:HPP-CREATE-037
  Scenario: Nothing can be changed
    Given a hosted session
    When the merchant tries to change the hosted session with PUT
    Then the response status is 405

  @req:HPP-DISTRIBUTE-009
  Scenario: The method is unknown
    Given a hosted session
    When the merchant distributes the hosted session by pigeon
    Then the response status is 400

  @req:HPP-DISTRIBUTE-009
  Scenario: An SMS that is sent says nothing about e-mail
    Given a hosted session
    And the hosted session has been distributed by sms
    When the merchant distributes the hosted session by pigeon
    Then the response status is 400

  @req:HPP-DISTRIBUTE-013
  Scenario: The refusal is only recorded
    Given a hosted session
    When the merchant distributes the hosted session by pigeon
    Then the answer is recorded as \"an unknown method\"
";
    let seen = async |deviation: &str| {
        let (_folder, mut options) = folder(&[("x.feature", text)]);
        let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
        mock.deviation = crate::mock::deviation(deviation);
        let finished = run(options).await.unwrap();
        let last = |record: &ScenarioRecord| {
            let attempt = record.last();
            let evidence = finished.folder.evidence(&attempt.evidence).unwrap();
            let twins = evidence.exchanges.iter().filter(|exchange| exchange.twin).count();
            (attempt.verdict.word(), attempt.refused, evidence.exchanges.len(), twins)
        };
        finished.report.targets[0].records.iter().map(last).collect::<Vec<_>>()
    };
    let pass = |requests, twins| ("pass", true, requests, twins);
    // The faithful mock: where the fault is in the session, the twin needs new ones.
    let each = [pass(3, 1), pass(4, 1), pass(6, 3), pass(4, 1), pass(4, 1), pass(5, 1)];
    assert_eq!(seen("none").await, [&each[..], &[("pass", false, 3, 0)]].concat());
    let refused = seen("refuses-everything-with-400").await;
    assert_eq!(refused.iter().map(|(word, ..)| *word).collect::<Vec<_>>(), ["inconclusive"; 7]);
}
