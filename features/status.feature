Feature: The status of a hosted session
  What the consumer does shows in the status that the merchant reads.

  @req:HPP-STATUS-002 @needs:browser
  Rule: An opened page is in progress

    Scenario: Opening the page brings a session in progress
      Given a hosted session
      When the consumer opens the page
      Then the hosted session becomes IN_PROGRESS

  @req:HPP-STATUS-003 @needs:browser @needs:outcome
  Rule: An authorised payment completes

    Scenario: Paying completes a session
      Given a hosted session
      When the consumer pays
      Then the hosted session becomes COMPLETED

  @req:HPP-STATUS-004 @needs:browser @needs:outcome
  Rule: A decline fails

    Scenario: A decline lets a session fail
      Given a hosted session
      When the consumer is declined
      Then the hosted session becomes FAILED

  @req:HPP-STATUS-006 @needs:browser
  Rule: Going back is told

    Scenario: Pressing back turns a session back
      Given a hosted session
      When the consumer presses back
      Then the hosted session becomes BACK

  @req:HPP-STATUS-011 @needs:browser @needs:outcome
  Rule: A session mirrors its payment session

    Scenario: The end of its payment session shows in the status of a session
      Given a hosted session
      When the payment session comes to its end
      Then the hosted session is no longer open
