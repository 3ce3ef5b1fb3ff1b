Feature: Distribution of the link
  The merchant has the link to the payment page sent to the consumer.

  @req:HPP-DISTRIBUTE-001
  Rule: The link is sent by e-mail

    Scenario: Distribution by e-mail succeeds
      Given a hosted session
      When the merchant distributes the hosted session by email
      Then the request succeeds

  @req:HPP-DISTRIBUTE-002
  Rule: A distribution needs a method and a contact

    Scenario Outline: A distribution without <member> is a bad request
      Given a hosted session
      When the merchant distributes the hosted session by email without <member>
      Then the response status is 400

      Examples:
        | member              |
        | method              |
        | contact_information |

  @req:HPP-DISTRIBUTE-003
  Rule: An e-mail needs an address

    Scenario: A distribution by e-mail without an address misses contact data
      Given a hosted session
      When the merchant distributes the hosted session by email without email
      Then the response status is 400
      And the error_code is MISSING_CONTACT_DATA

  @req:HPP-DISTRIBUTE-004
  Rule: An address must be valid

    Scenario: A distribution to an address that is none is refused
      Given a hosted session
      When the merchant distributes the hosted session by email with the email nobody
      Then the request is refused

  @req:HPP-DISTRIBUTE-005
  Rule: An SMS needs a number and its country

    Scenario Outline: A distribution by SMS without <member> is refused
      Given a hosted session
      When the merchant distributes the hosted session by sms without <member>
      Then the request is refused

      Examples:
        | member        |
        | phone         |
        | phone_country |

  @req:HPP-DISTRIBUTE-006
  Rule: The country of a number is in the region

    Scenario: A distribution to a number of Antarctica is refused
      Given a hosted session
      When the merchant distributes the hosted session by sms with the phone_country AQ
      Then the response status is 400
      And the error_code is UNSUPPORTED_COUNTRY

  @req:HPP-DISTRIBUTE-007
  Rule: A distribution by token needs an access id and does not change it

    Scenario: A distribution by token without an access id is refused
      Given a hosted session
      When the merchant distributes the hosted session by token without access_id
      Then the request is refused

    @needs:mailbox
    Scenario: A distribution by token goes to the access id, to the letter
      Given a hosted session
      When the merchant distributes the hosted session by token
      Then the message is addressed to the access_id of the request

  @req:HPP-DISTRIBUTE-008
  Rule: An unknown access id is not found

    Scenario: A distribution to an unknown access id answers 404
      Given a hosted session
      When the merchant distributes the hosted session by token with the access_id no-such-id
      Then the response status is 404

  @req:HPP-DISTRIBUTE-009
  Rule: An unknown method is a bad request

    Scenario: A distribution by carrier pigeon answers 400
      Given a hosted session
      When the merchant distributes the hosted session by pigeon
      Then the response status is 400

  @req:HPP-DISTRIBUTE-010
  Rule: The link of a disabled session is not sent

    Scenario: A distribution of a disabled session answers 400
      Given a hosted session
      And the hosted session is disabled
      When the merchant distributes the hosted session by email
      Then the response status is 400

  @req:HPP-DISTRIBUTE-011
  Rule: An unknown or ended session is not found

    Scenario: A distribution of an unknown session is not found
      Given a hosted session
      When the merchant distributes a hosted session that does not exist
      Then the response status is 404
      And the error_code is NOT_FOUND

    @needs:browser @needs:outcome
    Scenario: A distribution of a paid session is not found
      Given a hosted session
      And the consumer has paid
      When the merchant distributes the hosted session by email
      Then the response status is 404
      And the error_code is NOT_FOUND

  @req:HPP-DISTRIBUTE-012
  Rule: Whether Kustom sends an SMS is open

    Scenario: The answer of Kustom to a distribution by SMS is recorded
      Given a hosted session
      When the merchant distributes the hosted session by sms
      Then the answer is recorded as "distribution by SMS"

  @req:HPP-DISTRIBUTE-013
  Rule: A template has no effect

    Scenario: The answer to a distribution with a template is recorded
      Given a hosted session
      When the merchant distributes the hosted session by email with the template INSTORE_PURCHASE
      Then the answer is recorded as "distribution with a `template`"

  @req:HPP-DISTRIBUTE-015
  Rule: The link is sent by SMS

    Scenario: Distribution by SMS succeeds
      Given a hosted session
      When the merchant distributes the hosted session by sms
      Then the request succeeds

  @req:HPP-DISTRIBUTE-016
  Rule: The message arrives once and leads to the page

    @needs:mailbox
    Scenario Outline: One message by <method> reaches the consumer
      Given a hosted session
      When the merchant distributes the hosted session by <method>
      Then one message reaches the consumer

      Examples:
        | method |
        | email  |
        | sms    |

    @needs:mailbox @needs:browser
    Scenario: The link of the message opens the page of the session
      Given a hosted session
      When the merchant distributes the hosted session by email
      Then the link of the message opens the page of the hosted session

  @req:HPP-DISTRIBUTE-017
  Rule: A distribution answers 201 or 204

    Scenario Outline: A distribution by <method> answers 201 or 204
      Given a hosted session
      When the merchant distributes the hosted session by <method>
      Then the accepted distribution is answered with 201 or 204

      Examples:
        | method |
        | email  |
        | sms    |
