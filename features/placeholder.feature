Feature: Placeholders in merchant URLs
  Tags such as {{session_id}} are filled when the consumer is redirected.

  @req:HPP-PLACEHOLDER-001 @needs:browser @needs:outcome
  Rule: The success URL gets the session id

    Scenario: The session id is filled in at success, also at the second visit
      Given a hosted session
      And the consumer has gone back
      When the consumer pays
      Then the parameter session_id of the success URL is filled

  @req:HPP-PLACEHOLDER-002 @needs:browser
  Rule: The back URL gets the session id

    Scenario: The session id is filled in at back, also at the second visit
      Given a hosted session whose merchant URLs are
        | back | ?session_id={{session_id}} |
      And the consumer has gone back
      When the consumer presses back
      Then the parameter session_id of the back URL is filled

  @req:HPP-PLACEHOLDER-003 @needs:browser
  Rule: The cancel URL gets the session id

    Scenario: The session id is filled in at cancel
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | cancel | ?session_id={{session_id}} |
      When the consumer cancels and confirms
      Then the parameter session_id of the cancel URL is filled

    @needs:outcome
    Scenario: The session id is filled in at cancel after a decline
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | cancel | ?session_id={{session_id}} |
      And the consumer has been declined
      When the consumer cancels and confirms
      Then the parameter session_id of the cancel URL is filled

  @req:HPP-PLACEHOLDER-004 @needs:browser @needs:outcome
  Rule: The failure URL gets the session id

    Scenario: The session id is filled in at failure, also at the second visit
      Given a hosted session whose merchant URLs are
        | failure | ?session_id={{session_id}} |
      And the consumer has gone back
      When the consumer is declined
      Then the parameter session_id of the failure URL is filled

  @req:HPP-PLACEHOLDER-005 @needs:browser @needs:outcome
  Rule: The error URL gets the session id

    Scenario: The session id is filled in at error, also at the second visit
      Given a hosted session whose merchant URLs are
        | error | ?session_id={{session_id}} |
      And the consumer has gone back
      When the consumer meets a technical error
      Then the parameter session_id of the error URL is filled

  @req:HPP-PLACEHOLDER-006 @needs:browser @needs:receiver
  Rule: The status_update URL gets the session id

    Scenario: The session id is filled in at status_update
      Given a hosted session whose merchant URLs are
        | status_update | ?session_id={{session_id}} |
      When the consumer opens the page
      Then the parameter session_id of the status_update URL is filled when it is called

    @needs:clock
    Scenario: The session id is filled in at status_update in a repeated call
      Given the merchant's server answers calls with silence
      And a hosted session whose merchant URLs are
        | status_update | ?session_id={{session_id}} |
      When the consumer opens the page
      Then the parameter session_id of the status_update URL is filled when it is called again

  @req:HPP-PLACEHOLDER-007 @needs:browser
  Rule: The inserted session id is the created one

    Scenario Outline: The id at the <url> URL is that of the hosted session
      Given a payment session of the <channel> channel
      And a hosted session
      When the consumer <act>
      Then the parameter session_id of the <url> URL is the session_id

      Examples:
        | url    | channel   | act                  |
        | back   | ECOMMERCE | presses back         |

      @needs:outcome
      Examples:
        | url     | channel   | act                     |
        | success | ECOMMERCE | pays                    |
        | failure | ECOMMERCE | is declined             |
        | error   | ECOMMERCE | meets a technical error |

  @req:HPP-PLACEHOLDER-008 @needs:browser @needs:outcome
  Rule: The success URL of a KP session gets the authorization token

    Scenario: With mode NONE the token is filled in, also at the second visit
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | success | ?token={{authorization_token}} |
      And the consumer has gone back
      When the consumer pays
      Then the parameter token of the success URL is filled

  @req:HPP-PLACEHOLDER-009 @needs:browser @needs:outcome
  Rule: The inserted token is that of the session

    Scenario: The token at success is the one that the session reads
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | success | ?token={{authorization_token}} |
      When the consumer pays
      Then the parameter token of the success URL is the authorization_token

  @req:HPP-PLACEHOLDER-010 @needs:browser @needs:outcome
  Rule: The inserted token places an order

    Scenario: The token at success places the order
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | success | ?token={{authorization_token}} |
      When the consumer pays
      Then the parameter token of the success URL places the order

  @req:HPP-PLACEHOLDER-011 @needs:browser @needs:outcome
  Rule: Only the success URL gets the token

    Scenario Outline: The token is not filled in at <url>
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | <url> | ?token={{authorization_token}} |
      When the consumer <act>
      Then the parameter token of the <url> URL is not filled
      And the parameter token of the <url> URL is recorded

      Examples:
        | url     | act                     |
        | back    | presses back            |
        | failure | is declined             |
        | error   | meets a technical error |

    Scenario Outline: The token is not filled in at <url> in place of <other>
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | <other> | null                                                     |
        | <url>   | ?session_id={{session_id}}&token={{authorization_token}} |
      When the consumer <act>
      Then the parameter token of the <url> URL is not filled

      Examples:
        | url     | other | act                     |
        | failure | error | meets a technical error |
        | cancel  | back  | presses back            |

    @needs:receiver
    Scenario: The token is not filled in at status_update after a payment
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | status_update | ?token={{authorization_token}} |
      When the consumer pays
      Then the parameter token of the status_update URL is not filled when COMPLETED is told

  @req:HPP-PLACEHOLDER-012 @needs:browser @needs:outcome
  Rule: A KCO order has no authorization token

    Scenario: The token is not filled in for a KCO order
      Given a hosted session whose merchant URLs are
        | success | ?token={{authorization_token}} |
      When the consumer pays
      Then the parameter token of the success URL is not filled
      And the parameter token of the success URL is recorded

  @req:HPP-PLACEHOLDER-013 @needs:browser @needs:outcome
  Rule: The success URL of a KCO order gets the order id

    Scenario: The order id of a KCO order is filled in at success after a decline
      Given a hosted session whose merchant URLs are
        | success | ?order={{order_id}} |
      And the consumer has been declined
      When the consumer pays
      Then the parameter order of the success URL is filled

  @req:HPP-PLACEHOLDER-014 @needs:browser @needs:outcome
  Rule: The inserted order id is that of the KCO order

    Scenario: The order id at success is that of the KCO order
      Given a hosted session whose merchant URLs are
        | success | ?order={{order_id}} |
      When the consumer pays
      Then the parameter order of the success URL is the order_id of the KCO order
      And order management knows the order of the KCO order

  @req:HPP-PLACEHOLDER-015 @needs:browser @needs:outcome
  Rule: With PLACE_ORDER the order id is that of the placed order

    Scenario: The order id at success is that of the placed order
      Given the place_order_mode PLACE_ORDER
      And a hosted session whose merchant URLs are
        | success | ?order={{order_id}} |
      When the consumer pays
      Then the parameter order of the success URL is the order_id of the hosted session

  @req:HPP-PLACEHOLDER-016 @needs:browser @needs:outcome
  Rule: With CAPTURE_ORDER the order id is that of the captured order

    Scenario: The order id at success is that of the captured order
      Given the place_order_mode CAPTURE_ORDER
      And a hosted session whose merchant URLs are
        | success | ?order={{order_id}} |
      When the consumer pays
      Then the parameter order of the success URL is the order_id of the hosted session

  @req:HPP-PLACEHOLDER-017 @needs:browser @needs:outcome
  Rule: With NONE the order id has no value

    Scenario: What stands for the order id with mode NONE is recorded
      Given the place_order_mode NONE
      And a hosted session whose merchant URLs are
        | success | ?order={{order_id}}&token={{authorization_token}} |
      When the consumer pays
      Then the parameter order of the success URL is recorded

  @req:HPP-PLACEHOLDER-018 @needs:browser @needs:outcome
  Rule: Several placeholders in one URL are all replaced

    Scenario: Every placeholder of the success URL is replaced
      Given a hosted session whose success URL carries every placeholder
      When the consumer pays
      Then every placeholder of the success URL is replaced

  @req:HPP-PLACEHOLDER-019 @needs:browser
  Rule: A placeholder that occurs twice is replaced twice

    Scenario: The session id is filled in twice in one URL
      Given a hosted session whose merchant URLs are
        | back | ?one={{session_id}}&two={{session_id}} |
      When the consumer presses back
      Then the parameters one and two of the back URL are both filled

  @req:HPP-PLACEHOLDER-020 @needs:browser @odd-urls
  Rule: Other query parameters arrive unchanged

    Scenario Outline: Other parameters of the <url> URL arrive byte for byte
      Given a hosted session whose merchant URLs are
        | <url> | ?basket=a%2Bb&b=1%202&c=1+2&d=%26%3D%23&e=%25&f=&g=%C3%A9&h=x&h=y&k&session_id={{session_id}}&z=%2f |
      When the consumer <act>
      Then every other parameter of the <url> URL arrives unchanged

      Examples:
        | url  | act          |
        | back | presses back |

      @needs:outcome
      Examples:
        | url     | act  |
        | success | pays |

  @req:HPP-PLACEHOLDER-021 @needs:browser
  Rule: No placeholder is left in a redirect URL

    Scenario Outline: No placeholder is left in the <url> URL
      Given a payment session of the <channel> channel
      And a hosted session whose merchant URLs are
        | <url> | ?reference=s-{{session_id}}.1 |
      When the consumer <act>
      Then no placeholder is left in the <url> URL

      Examples:
        | url    | channel   | act                  |
        | back   | ECOMMERCE | presses back         |

      @needs:outcome
      Examples:
        | url     | channel   | act                     |
        | failure | ECOMMERCE | is declined             |
        | error   | ECOMMERCE | meets a technical error |

    @needs:outcome
    Scenario: No supported placeholder is left in the success URL
      Given a hosted session whose success URL carries every placeholder
      When the consumer pays
      Then no placeholder is left in the success URL

  @req:HPP-PLACEHOLDER-022 @needs:browser @needs:outcome
  Rule: Inserted values are URL-safe

    Scenario: The values at success mean the same anywhere in a URL
      Given a hosted session whose success URL carries every placeholder
      When the consumer pays
      Then the inserted values of the success URL are URL-safe

  @req:HPP-PLACEHOLDER-023 @needs:browser
  Rule: The treatment of an unknown tag is open

    Scenario: What stands for an unknown tag is recorded
      Given a hosted session whose merchant URLs are
        | back | ?unknown={{foo}} |
      When the consumer presses back
      Then the parameter unknown of the back URL is recorded

  @req:HPP-PLACEHOLDER-024 @needs:browser
  Rule: The treatment of encoded braces is open

    Scenario: What stands for a placeholder in encoded braces is recorded
      Given a hosted session whose merchant URLs are
        | back | ?encoded=%7B%7Bsession_id%7D%7D |
      When the consumer presses back
      Then the parameter encoded of the back URL is recorded

  @req:HPP-PLACEHOLDER-025 @needs:browser
  Rule: The treatment of a placeholder outside the query is open

    Scenario Outline: What stands for a placeholder in the <place> is recorded
      Given a hosted session whose merchant URLs are
        | back | <address> |
      When the consumer presses back
      Then the address of the back URL is recorded

      Examples:
        | place    | address                |
        | path     | /{{session_id}}?a=1    |
        | fragment | ?a=1#id={{session_id}} |

  @req:HPP-PLACEHOLDER-029
  Rule: The tags of standalone_url are for the integrator

    Scenario: Which tags stand in standalone_url is recorded
      Given a payment session
      When the merchant creates a hosted session
      Then the tags of standalone_url are recorded
