Feature: Distribution of the link
  The merchant has the link to the payment page sent to the consumer.

  @req:HPP-DISTRIBUTE-001
  Rule: The link is sent by e-mail

    Scenario: Distribution by e-mail succeeds
      Given a hosted session
      When the merchant distributes the hosted session by email
      Then the request succeeds

    Scenario Outline: Distribution to the valid address <address> succeeds
      Given a hosted session
      When the merchant distributes the hosted session by email with the email <address>
      Then the request succeeds

      Examples:
        | address                         |
        | consumer+tea@example.com        |
        | Anna.Consumer@Example.com       |
        | consumer@xn--bcher-kva.example  |

    Scenario: Distribution by e-mail succeeds a second time
      Given a hosted session
      And the hosted session has been distributed by email
      When the merchant distributes the hosted session by email
      Then the request succeeds

    @needs:browser
    Scenario: Distribution by e-mail succeeds while the page is open
      Given a hosted session
      And the consumer has opened the page
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

    Scenario: A distribution whose contact is a text is a bad request
      Given a hosted session
      When the merchant distributes the hosted session by email with the contact_information consumer@example.com
      Then the response status is 400

  @req:HPP-DISTRIBUTE-003
  Rule: An e-mail needs an address

    Scenario: A distribution by e-mail without an address misses contact data
      Given a hosted session
      When the merchant distributes the hosted session by email without email
      Then the response status is 400
      And the error_code is MISSING_CONTACT_DATA

    Scenario: A distribution by e-mail to a phone number misses contact data
      Given a hosted session
      When the merchant distributes the hosted session by email with the contact of sms
      Then the response status is 400
      And the error_code is MISSING_CONTACT_DATA

    Scenario: A distribution by e-mail to an empty or null address is refused
      Given a hosted session
      When the merchant distributes the hosted session by email with a faulty contact
        | email | empty |
      Then the response status is 400
      When the merchant distributes the hosted session by email with a faulty contact
        | email | null |
      Then the response status is 400

  @req:HPP-DISTRIBUTE-004
  Rule: An address must be valid

    Scenario Outline: A distribution to <address>, which is no address, is refused
      Given a hosted session
      When the merchant distributes the hosted session by email with the email <address>
      Then the request is refused

      Examples:
        | address                   |
        | nobody                    |
        | nobody@                   |
        | @example.com              |
        | nobody@nowhere@example.com |

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

    Scenario: A number of Antarctica is refused, although it is of there
      Given a hosted session
      When the merchant distributes the hosted session by sms to the number +672112345 of AQ
      Then the response status is 400
      And the error_code is UNSUPPORTED_COUNTRY

  @req:HPP-DISTRIBUTE-007
  Rule: A distribution by token needs an access id and does not change it

    Scenario: A distribution by token without an access id is refused
      Given a hosted session
      When the merchant distributes the hosted session by token without access_id
      Then the request is refused

    @needs:mailbox
    Scenario Outline: A distribution by token keeps the access id <access_id>
      Given a hosted session
      When the merchant distributes the hosted session by token with the access_id <access_id>
      Then the message is addressed to the access_id of the request

      Examples:
        | access_id                                   |
        | klarna:39a1c773-bafd-754d-af1f-b30c592f1267 |
        | 012345                                      |

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

    Scenario Outline: A distribution of a disabled session by <method> answers 400
      Given a hosted session
      And the hosted session has been distributed by <method>
      And the hosted session has become DISABLED
      When the merchant distributes the hosted session by <method>
      Then the response status is 400
      When the merchant distributes the hosted session by <method>
      Then the response status is 400

      Examples:
        | method |
        | email  |
        | token  |

    @needs:browser
    Scenario: The link of a session that was opened and disabled is not sent
      Given a hosted session
      And the consumer has opened the page
      And the hosted session has become DISABLED
      When the merchant distributes the hosted session by token
      Then the response status is 400

  @req:HPP-DISTRIBUTE-011
  Rule: An unknown or ended session is not found

    Scenario: A distribution of an unknown session is not found
      Given a hosted session
      When the merchant distributes a hosted session that does not exist
      Then the response status is 404
      And the error_code is NOT_FOUND

    Scenario: A distribution of a session by an id with another end is not found
      Given a hosted session
      When the merchant distributes a hosted session with another end of its id
      Then the response status is 404

    @needs:browser @needs:outcome
    Scenario Outline: A distribution of a paid session by <method> is not found
      Given a hosted session
      And the consumer has paid
      When the merchant distributes the hosted session by <method>
      Then the response status is 404
      And the error_code is NOT_FOUND

      Examples:
        | method |
        | email  |
        | token  |

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

    Scenario: A second distribution by SMS to another country succeeds
      Given a hosted session
      And the hosted session has been distributed by sms
      When the merchant distributes the hosted session by sms to the number +491713920000 of DE
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
